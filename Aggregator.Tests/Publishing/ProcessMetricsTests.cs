using System.Globalization;
using System.Text;
using Aggregator.Core.Publishing;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Aggregator.Tests.Publishing;

/// <summary>How old what a page says of its process may be.</summary>
public sealed class ProcessMetricsTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly ProcessMetrics _process;

    public ProcessMetricsTests() => _process = new(_time);

    [Fact]
    public async Task For_a_second_they_are_as_they_were()
    {
        string first = await TextAsync(PageFormat.Text);
        GC.Collect();
        _time.Advance(TimeSpan.FromMilliseconds(999));

        Assert.Equal(first, await TextAsync(PageFormat.Text));
    }

    [Fact]
    public async Task After_a_second_they_are_those_of_now()
    {
        double first = Collections(await TextAsync(PageFormat.Text));
        GC.Collect();
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.InRange(Collections(await TextAsync(PageFormat.Text)), first + 1, double.MaxValue);
    }

    [Fact]
    public async Task Each_format_has_its_own_text()
    {
        string text = await TextAsync(PageFormat.Text);

        Assert.EndsWith("# EOF\n", await TextAsync(PageFormat.OpenMetrics), StringComparison.Ordinal);
        Assert.DoesNotContain("# EOF", text, StringComparison.Ordinal);
        Assert.Equal(text, await TextAsync(PageFormat.Text));
    }

    private static double Collections(string text)
    {
        const string Series = "dotnet_collection_count_total{generation=\"2\"} ";
        return double.Parse(text.Split('\n').Single(line => line.StartsWith(Series, StringComparison.Ordinal))[Series.Length..], CultureInfo.InvariantCulture);
    }

    private async Task<string> TextAsync(PageFormat format) => Encoding.UTF8.GetString((await _process.RenderAsync(format, TestContext.Current.CancellationToken)).Span);
}
