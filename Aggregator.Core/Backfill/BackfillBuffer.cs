using System.Text;
using Aggregator.Core.Publishing;

namespace Aggregator.Core.Backfill;

/// <summary>
/// Samples on their way into a file, by series: a file has all samples of a series together, while windows bring one of each. Holds as much as a file does,
/// whatever the range of the replay.
/// </summary>
internal sealed class BackfillBuffer(WindowGauges gauges, ExternalLabels labels)
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    private readonly Dictionary<SeriesKey, BackfillSeries> _byKey = [];
    private readonly Dictionary<string, BackfillSeries> _byText = new(StringComparer.Ordinal);

    /// <summary>About how many bytes of text the samples are.</summary>
    public long Bytes { get; private set; }

    /// <summary>The time of the earliest sample; <see cref="long.MaxValue"/> where there is none.</summary>
    public long EarliestMs => _byText.Values.Where(series => series.Samples.Count > 0).Select(series => series.Samples[0].TimeMs).DefaultIfEmpty(long.MaxValue).Min();

    public bool IsEmpty => Bytes == 0;

    public void Add(GaugeSample sample, long timeMs)
    {
        SeriesKey key = new(sample.Family, sample.LabelValues);
        if (!_byKey.TryGetValue(key, out BackfillSeries? series))
        {
            series = Of(OpenMetricsText.Series(key, labels));
            _byKey.Add(key, series);
        }
        Add(series, timeMs, sample.Value);
    }

    /// <summary>Samples before a time, series by series as a file has them.</summary>
    public IEnumerable<(string Series, long TimeMs, double Value)> Before(long timeMs) => InOrder()
        .SelectMany(series => series.Samples.Take(series.CountBefore(timeMs)).Select(sample => (series.Text, sample.TimeMs, sample.Value)));

    /// <summary>Writes the samples before a time as one complete file.</summary>
    /// <returns>How many samples and series it has.</returns>
    public (long Samples, int Series) Write(Stream output, long beforeMs)
    {
        using StreamWriter text = new(output, Utf8, 64 * 1024, leaveOpen: true);
        long samples = 0;
        int count = 0;
        foreach (IGrouping<string, BackfillSeries> family in InOrder().Where(series => series.CountBefore(beforeMs) > 0).GroupBy(series => series.Family))
        {
            OpenMetricsText.WriteFamily(text, gauges.Families.First(known => known.Name == family.Key));
            foreach (BackfillSeries series in family)
            {
                int length = series.CountBefore(beforeMs);
                foreach ((long timeMs, double value) in series.Samples.Take(length))
                {
                    OpenMetricsText.WriteSample(text, series.Text, timeMs, value);
                }
                samples += length;
                count++;
            }
        }
        text.Write(OpenMetricsText.End + "\n");
        return (samples, count);
    }

    /// <summary>Forgets the samples before a time, and series that have no other.</summary>
    public void RemoveBefore(long timeMs)
    {
        foreach (BackfillSeries series in _byText.Values)
        {
            int count = series.CountBefore(timeMs);
            series.RemoveFirst(count);
            Bytes -= (long)count * OpenMetricsText.SizeOf(series.Text);
        }
        foreach ((SeriesKey key, BackfillSeries series) in _byKey.Where(of => of.Value.Samples.Count == 0).ToList())
        {
            _byKey.Remove(key);
            _byText.Remove(series.Text);
        }
    }

    /// <summary>Takes the samples of a file that <see cref="Write"/> wrote.</summary>
    public void Read(Stream input)
    {
        using StreamReader text = new(input, Utf8);
        while (text.ReadLine() is { } line)
        {
            if (!line.StartsWith('#'))
            {
                (string series, long timeMs, double value) = OpenMetricsText.ReadSample(line);
                Add(Of(series), timeMs, value);
            }
        }
    }

    private void Add(BackfillSeries series, long timeMs, double value)
    {
        if (series.TryAdd(timeMs, value))
        {
            Bytes += OpenMetricsText.SizeOf(series.Text);
        }
    }

    private BackfillSeries Of(string text)
    {
        if (!_byText.TryGetValue(text, out BackfillSeries? series))
        {
            series = new(text);
            _byText.Add(text, series);
        }
        return series;
    }

    // A family's lines stand together, and so do a series': OpenMetrics wants it, and whoever reads the file finds things.
    private IEnumerable<BackfillSeries> InOrder()
    {
        Dictionary<string, int> places = gauges.Families.Select((family, place) => (family.Name, place)).ToDictionary(of => of.Name, of => of.place);
        return _byText.Values.OrderBy(series => places[series.Family]).ThenBy(series => series.Text, StringComparer.Ordinal);
    }
}
