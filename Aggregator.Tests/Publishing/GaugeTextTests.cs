using System.Buffers;
using System.Text;
using Aggregator.Core.Publishing;
using CsCheck;
using Prometheus;
using Xunit;

namespace Aggregator.Tests.Publishing;

/// <summary>Gauges are written without prometheus-net; this holds them to what it writes.</summary>
public sealed class GaugeTextTests
{
    private static readonly GaugeFamily Alone = new("im_alone", "Has no label", []);
    private static readonly GaugeFamily Empty = new("im_empty", "Has no sample", ["region"]);
    private static readonly GaugeFamily Labelled = new("im_labelled", "Has two labels", ["region", "code"]);

    private static readonly Gen<string> Value = Gen.OneOf(Gen.String[Gen.Char["ab\\\"\n{},= é漢\t"], 0, 6], Gen.String[0, 4].Where(text => !text.Any(char.IsSurrogate)));

    private static readonly Gen<double> Number = Gen.OneOf(
        Gen.Double.Where(double.IsFinite), Gen.Long.Select(number => (double)number), Gen.Int[-3, 3].Select(number => (double)number), Gen.OneOf(new[] { 0.0612, 1e15, 1e16, 1e-5, 1e-4, 5e-324, 1.7e308 }.Select(Gen.Const).ToArray()));

    [Theory]
    [InlineData(PageFormat.Text)]
    [InlineData(PageFormat.OpenMetrics)]
    public void It_is_what_prometheus_net_writes(PageFormat format) =>
        Gen.Select(Number, Gen.Select(Value, Value, Number).List[0, 5]).Sample(input =>
        {
            (double alone, List<(string Region, string Code, double Number)> series) = input;
            GaugeSample[] samples =
            [
                .. series.DistinctBy(one => (one.Region, one.Code)).Select(one => new GaugeSample(Labelled, [one.Region, one.Code], one.Number)),
                new(Alone, [], alone),
            ];

            Assert.Equal(Registry(samples, format), Written(samples, format));
        });

    private static string Written(GaugeSample[] samples, PageFormat format)
    {
        ArrayBufferWriter<byte> text = new();
        GaugeText.Write(text, [Alone, Empty, Labelled], samples, format);
        return Encoding.UTF8.GetString(text.WrittenSpan);
    }

    private static string Registry(GaugeSample[] samples, PageFormat format)
    {
        CollectorRegistry registry = Metrics.NewCustomRegistry();
        MetricFactory factory = Metrics.WithCustomRegistry(registry);
        var families = new[] { Alone, Empty, Labelled }.ToDictionary(family => family, family =>
            factory.CreateGauge(family.Name, family.Help + ".", new GaugeConfiguration { LabelNames = [.. family.Labels], SuppressInitialValue = true }));
        foreach (GaugeSample sample in samples)
        {
            families[sample.Family].WithLabels(sample.LabelValues).Set(sample.Value);
        }
        using MemoryStream text = new();
        registry.CollectAndExportAsTextAsync(
            text, format == PageFormat.OpenMetrics ? ExpositionFormat.OpenMetricsText : ExpositionFormat.PrometheusText, TestContext.Current.CancellationToken).GetAwaiter().GetResult();
        return Encoding.UTF8.GetString(text.ToArray()).Replace("# EOF\n", "", StringComparison.Ordinal);
    }
}
