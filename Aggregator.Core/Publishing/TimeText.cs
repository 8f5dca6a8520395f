using System.Globalization;

namespace Aggregator.Core.Publishing;

/// <summary>Times in messages for people.</summary>
public static class TimeText
{
    /// <summary><c>2026-01-31T14:00:00Z</c>, with milliseconds where there are some.</summary>
    /// <param name="timeMs">Ms since the epoch.</param>
    public static string Of(long timeMs) =>
        DateTimeOffset.FromUnixTimeMilliseconds(timeMs).ToString(timeMs % 1000 == 0 ? "yyyy-MM-dd'T'HH:mm:ss'Z'" : "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
