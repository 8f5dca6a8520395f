namespace Aggregator.Core.Backfill;

/// <summary>One series with those of its samples that are in no file yet, in the order of time.</summary>
/// <param name="text">The series as a line begins: <c>name{label="value"}</c>.</param>
internal sealed class BackfillSeries(string text)
{
    private readonly List<(long TimeMs, double Value)> _samples = [];

    public string Text { get; } = text;

    public IReadOnlyList<(long TimeMs, double Value)> Samples => _samples;

    /// <summary>The family's name.</summary>
    public string Family { get; } = text[..(text.IndexOf('{', StringComparison.Ordinal) is >= 0 and var end ? end : text.Length)];

    /// <summary>Takes a sample, unless one of that time or later is there: a window that is given again has the same values.</summary>
    public bool TryAdd(long timeMs, double value)
    {
        if (_samples.Count > 0 && _samples[^1].TimeMs >= timeMs)
        {
            return false;
        }
        _samples.Add((timeMs, value));
        return true;
    }

    /// <summary>How many samples are earlier than a time.</summary>
    public int CountBefore(long timeMs)
    {
        int count = 0;
        while (count < _samples.Count && _samples[count].TimeMs < timeMs)
        {
            count++;
        }
        return count;
    }

    public void RemoveFirst(int count) => _samples.RemoveRange(0, count);
}
