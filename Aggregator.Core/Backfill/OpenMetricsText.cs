using System.Globalization;
using Aggregator.Core.Publishing;

namespace Aggregator.Core.Backfill;

/// <summary>The lines of a file for <c>promtool tsdb create-blocks-from openmetrics</c> (OpenMetrics 1.0.0).</summary>
internal static class OpenMetricsText
{
    public const string End = "# EOF";

    /// <summary>A series as a line begins: <c>name{label="value"}</c>, labels sorted.</summary>
    public static string Series(SeriesKey series, ExternalLabels external) => Series(series.Family.Name, external.Of(series));

    /// <param name="metric">The name of the family.</param>
    /// <param name="labels">Sorted; <c>__name__</c> may be among them.</param>
    public static string Series(string metric, IEnumerable<KeyValuePair<string, string>> labels) =>
        metric + LabelText.Braced(labels.Where(label => label.Key != "__name__"));

    public static void WriteFamily(TextWriter output, GaugeFamily family)
    {
        output.Write($"# HELP {family.Name} {LabelText.EscapedLines(family.Help)}.\n");
        output.Write($"# TYPE {family.Name} gauge\n");
    }

    public static void WriteSample(TextWriter output, string series, long timeMs, double value)
    {
        output.Write(series);
        output.Write(' ');
        output.Write(value.ToString("R", CultureInfo.InvariantCulture));
        output.Write(' ');
        // Seconds; windows end on whole ones.
        output.Write((timeMs / 1000).ToString(CultureInfo.InvariantCulture));
        output.Write('\n');
    }

    /// <summary>About how many bytes a sample takes; exact where the value has 8 digits.</summary>
    public static int SizeOf(string series) => series.Length + 21;

    /// <summary>Takes a line of <see cref="WriteSample"/> apart.</summary>
    public static (string Series, long TimeMs, double Value) ReadSample(string line)
    {
        int time = line.LastIndexOf(' ');
        int value = line.LastIndexOf(' ', time - 1);
        return (line[..value], long.Parse(line.AsSpan(time + 1), CultureInfo.InvariantCulture) * 1000,
            double.Parse(line.AsSpan(value + 1, time - value - 1), CultureInfo.InvariantCulture));
    }
}
