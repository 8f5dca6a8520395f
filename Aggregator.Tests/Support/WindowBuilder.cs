using Aggregator.Core.Sketches;
using Aggregator.Core.Windows;

namespace Aggregator.Tests.Support;

/// <summary>
/// States a window's results group by group, the total first, and gives them out in the forms that outputs take:
/// <code>new WindowBuilder(start).Total(online: 5, samples: [49, 120], acks: 8, sent: 10, delivered: 8).Group(0, ["eu"], online: 3).Final</code>
/// </summary>
internal sealed class WindowBuilder(long startMs, long sizeMs = 60_000)
{
    /// <summary>A round start of a window: 2024-04-05 19:34:00 UTC.</summary>
    public const long Start = 1_712_345_640_000;

    private readonly List<GroupResult> _groups = [];

    public WindowSpan Window { get; } = new(startMs, sizeMs);

    /// <summary>The window when only its activity is final.</summary>
    public FinalResults Activity => new([ActivityResult], []);

    /// <summary>The window when its delivery becomes final, its activity having been so before.</summary>
    public FinalResults Delivery => new([], [WindowResult]);

    /// <summary>The window when both become final at once.</summary>
    public FinalResults Final => new([ActivityResult], [WindowResult]);

    public ActivityResult ActivityResult => new(Window, [.. _groups.Select(group => group.Activity)]);

    public WindowResult WindowResult => new(Window, [.. _groups]);

    public static WindowBuilder At(int minute) => new(Start + minute * 60_000L);

    public WindowBuilder Total(long online = 0, uint[]? samples = null, long? received = null, long acks = 0, (string Code, long Count)[]? errors = null,
        long sent = 0, long delivered = 0) => Add(GroupKey.Total, online, samples ?? [], received, acks, errors ?? [], sent, delivered);

    public WindowBuilder Group(int set, string[] values, long online = 0, uint[]? samples = null, long? received = null, long acks = 0,
        (string Code, long Count)[]? errors = null, long sent = 0, long delivered = 0) =>
        Add(GroupKey.Of(set, values), online, samples ?? [], received, acks, errors ?? [], sent, delivered);

    private WindowBuilder Add(GroupKey group, long online, uint[] samples, long? received, long acks, (string Code, long Count)[] errors, long sent,
        long delivered)
    {
        GroupActivity activity = new(group, online, received ?? samples.Length, Statistics(samples), acks,
            [.. errors.OrderBy(error => error.Code, StringComparer.Ordinal).Select(error => KeyValuePair.Create(error.Code, error.Count))]);
        _groups.Add(new(group, activity, new(group, sent, delivered)));
        return this;
    }

    private static LatencyStatistics? Statistics(uint[] samples)
    {
        if (samples.Length == 0)
        {
            return null;
        }
        LatencyHistogram histogram = new();
        foreach (uint sample in samples)
        {
            histogram.Add(sample);
        }
        return new(histogram.Percentile(0.5), histogram.Percentile(0.95), histogram.Percentile(0.99), samples.Average(sample => (double)sample), samples.Max(),
            histogram);
    }
}
