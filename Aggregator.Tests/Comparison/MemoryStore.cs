using System.Text.RegularExpressions;
using Aggregator.Core.Publishing;
using Aggregator.Core.Stored;
using Aggregator.Tests.Support;

namespace Aggregator.Tests.Comparison;

/// <summary>What a Prometheus would have of some windows: scraped from the page, or written at their ends.</summary>
internal sealed partial class MemoryStore(string[][] groups) : IMetricsStore
{
    /// <summary>An activity is on the page that long after its window's end, and a delivery.</summary>
    public const long ActivityLagMs = 12_000, DeliveryLagMs = 72_000;

    private readonly WindowGauges _gauges = new(groups);
    private readonly List<(string Name, Dictionary<string, string> Labels, long TimeMs, double Value)> _samples = [];

    /// <summary>How much counters of the service grow, by name.</summary>
    public Dictionary<string, double> Growth { get; } = [];

    /// <summary>The samples of each answer so far.</summary>
    public List<int> Answers { get; } = [];

    /// <summary>Takes samples away, as a scrape that failed does.</summary>
    public void Remove(Predicate<long> time) => _samples.RemoveAll(sample => time(sample.TimeMs));

    /// <summary>Scrapes the page on which the windows appear one after the other.</summary>
    public void Scrape(IReadOnlyList<WindowBuilder> windows, long stepMs = 15_000, string instance = "a:1", long offsetMs = 3_007, long? untilMs = null)
    {
        for (long time = windows[0].Window.StartMs + offsetMs; time <= (untilMs ?? windows[^1].Window.EndMs + DeliveryLagMs + 30_000); time += stepMs)
        {
            Record(windows.LastOrDefault(window => window.Window.EndMs + ActivityLagMs <= time), windows.LastOrDefault(window => window.Window.EndMs + DeliveryLagMs <= time), time, instance);
        }
    }

    /// <summary>Writes windows as remote write and backfill do.</summary>
    public void Write(IEnumerable<WindowBuilder> windows, string instance = "a:1")
    {
        foreach (WindowBuilder window in windows)
        {
            Record(window, window, window.Window.EndMs, instance);
        }
    }

    public void Add(string name, long timeMs, double value, string instance = "a:1") =>
        _samples.Add((name, new() { ["job"] = "im", ["instance"] = instance }, timeMs, value));

    public Task<IReadOnlyList<StoredSeries>> SamplesAsync(string selector, long fromMs, long toMs, CancellationToken cancellation)
    {
        string name = selector[..selector.IndexOf('{', StringComparison.Ordinal)];
        Match[] matchers = Matcher().Matches(selector).ToArray();
        StoredSeries[] found =
        [
            .. _samples.Where(sample => sample.TimeMs >= fromMs && sample.TimeMs <= toMs && (name.Length == 0 || sample.Name == name) && Array.TrueForAll(matchers, matcher => Fits(matcher, sample)))
                .GroupBy(sample => sample.Name + string.Join(',', sample.Labels.OrderBy(label => label.Key)))
                .Select(series => new StoredSeries(series.First().Name, series.First().Labels, [.. series.Select(sample => new StoredSample(sample.TimeMs, sample.Value)).OrderBy(sample => sample.TimeMs)])),
        ];
        Answers.Add(found.Sum(series => series.Samples.Count));
        return Task.FromResult<IReadOnlyList<StoredSeries>>(found);
    }

    public Task<IReadOnlyList<StoredSample>> StepsAsync(string query, long fromMs, long toMs, long stepMs, CancellationToken cancellation)
    {
        List<StoredSample> steps = [];
        foreach ((string name, double grown) in Growth.Where(counter => query.Contains(counter.Key, StringComparison.Ordinal)))
        {
            for (long time = fromMs; time <= toMs; time += stepMs)
            {
                steps.Add(new(time, grown));
            }
        }
        return Task.FromResult<IReadOnlyList<StoredSample>>(steps);
    }

    public void Dispose()
    {
        // Nothing is held.
    }

    private static bool Fits(Match matcher, (string Name, Dictionary<string, string> Labels, long TimeMs, double Value) sample)
    {
        string actual = matcher.Groups[1].Value == "__name__" ? sample.Name : sample.Labels.GetValueOrDefault(matcher.Groups[1].Value, "");
        return matcher.Groups[2].Value == "=~" ? Regex.IsMatch(actual, $"^(?:{matcher.Groups[3].Value})$") : actual == matcher.Groups[3].Value;
    }

    private void Record(WindowBuilder? activity, WindowBuilder? delivery, long timeMs, string instance)
    {
        IEnumerable<GaugeSample> samples = [.. activity is null ? [] : _gauges.Of(activity.ActivityResult), .. delivery is null ? [] : _gauges.Of(delivery.WindowResult)];
        foreach (GaugeSample sample in samples)
        {
            Dictionary<string, string> labels = new() { ["job"] = "im", ["instance"] = instance };
            for (int i = 0; i < sample.LabelValues.Length; i++)
            {
                if (sample.LabelValues[i].Length > 0)
                {
                    labels[sample.Family.Labels[i]] = sample.LabelValues[i];
                }
            }
            _samples.Add((sample.Family.Name, labels, timeMs, sample.Value));
        }
    }

    [GeneratedRegex("""(\w+)(=~|=)"((?:[^"\\]|\\.)*)"[,}]""")]
    private static partial Regex Matcher();
}
