using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using Aggregator.Core.Publishing;
using Aggregator.Tests.Support;
using Xunit;

namespace Aggregator.Tests.Publishing;

public sealed class MetricsPageTests
{
    [Fact]
    public async Task OpenMetrics_ends_once_and_at_the_end()
    {
        using MetricsFixture metrics = new([["region"]]);
        await metrics.PublishAsync(WindowBuilder.At(0).Total(online: 1, samples: [1000], sent: 1).Group(0, ["eu"], online: 1).Final);

        string page = await metrics.TextAsync(PageFormat.OpenMetrics);

        Assert.EndsWith("\n# EOF\n", page, StringComparison.Ordinal);
        Assert.Equal(page.Length - "# EOF\n".Length, page.IndexOf("# EOF", StringComparison.Ordinal));
        Assert.Contains("# TYPE im_sent_messages counter\nim_sent_messages_total 1.0\n", page, StringComparison.Ordinal);
        Assert.Contains("im_latency_seconds_bucket{le=\"1.0\"} 1\n", page, StringComparison.Ordinal);
        Assert.Contains("im_latency_p50_seconds 1.0\n", page, StringComparison.Ordinal);
        Assert.DoesNotContain("# EOF", await metrics.TextAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(PageFormat.Text, 0)]
    [InlineData(PageFormat.OpenMetrics, 0)]
    [InlineData(PageFormat.Text, 1_000)]
    public async Task Gzip_is_one_member_that_unpacks_to_the_plain_page(PageFormat format, int groups)
    {
        using MetricsFixture metrics = new([["region"]]);
        await metrics.PublishAsync(Large(groups).Final);
        string plain = await metrics.TextAsync(format);
        byte[] gzip = MetricsFixture.Bytes(await metrics.Page.RenderAsync(format, gzip: true, TestContext.Current.CancellationToken));

        Assert.Equal(plain, Unpacked(gzip));
        Assert.True(gzip.Length < plain.Length / 3, $"{gzip.Length} of {plain.Length} bytes");
        // A second member would need a second header; readers that stop after the first one must not miss anything.
        byte[] longer = [.. gzip, 0];
        Assert.Equal((uint)Encoding.UTF8.GetByteCount(plain), BitConverter.ToUInt32(gzip.AsSpan(^4)));
        Assert.Equal(plain, Unpacked(longer));
    }

    [Fact]
    public async Task The_self_metrics_are_new_in_every_page_and_the_windows_are_not_written_again()
    {
        using MetricsFixture metrics = new();
        MetricsBody first = await metrics.Page.RenderAsync(PageFormat.Text, gzip: false, TestContext.Current.CancellationToken);
        metrics.Status.Batches.Add();
        MetricsBody second = await metrics.Page.RenderAsync(PageFormat.Text, gzip: false, TestContext.Current.CancellationToken);

        Assert.True(first.Pieces[0].Equals(second.Pieces[0]));
        Assert.Contains("aggregator_batches_total 1\n", Encoding.UTF8.GetString(second.Pieces[1].Span), StringComparison.Ordinal);
        Assert.Contains("aggregator_batches_total 0\n", Encoding.UTF8.GetString(first.Pieces[1].Span), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ten_thousand_series_are_rendered_and_the_times_printed()
    {
        using MetricsFixture metrics = new([["region"]], withProcess: true);
        List<double> publish = [];
        List<double> first = [];
        List<double> next = [];
        long bytes = 0;
        for (int minute = 0; minute < 10; minute++)
        {
            publish.Add(await TimeAsync(() => metrics.PublishAsync(Large(830, minute).Final)));
            first.Add(await TimeAsync(ScrapeAsync));
            for (int i = 0; i < 5; i++)
            {
                next.Add(await TimeAsync(ScrapeAsync));
            }
        }
        int series = (await metrics.SamplesAsync("im_")).Length;
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{series} series, {bytes} bytes of gzip; medians: publish {Median(publish):f2} ms, first scrape {Median(first):f2} ms, further ones {Median(next):f2} ms");
        Assert.True(series >= 9_000);

        async Task ScrapeAsync() => bytes = (await metrics.Page.RenderAsync(PageFormat.OpenMetrics, gzip: true, CancellationToken.None)).Length;
    }

    private static WindowBuilder Large(int groups, int minute = 0)
    {
        WindowBuilder window = WindowBuilder.At(minute).Total(online: 1, samples: [1, 2, 3], sent: 1);
        for (int i = 0; i < groups; i++)
        {
            window.Group(0, [$"region-{i}"], online: i, samples: [(uint)i, 7], acks: i, sent: i + 1, delivered: i);
        }
        return window;
    }

    private static string Unpacked(byte[] gzip)
    {
        using GZipStream stream = new(new MemoryStream(gzip), CompressionMode.Decompress);
        using StreamReader reader = new(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    private static async Task<double> TimeAsync(Func<Task> action)
    {
        long start = Stopwatch.GetTimestamp();
        await action();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
