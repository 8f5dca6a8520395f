using System.Globalization;
using Aggregator.Host.Backfill;
using Xunit;

namespace Aggregator.Tests.Backfill;

public sealed class ReplayTimeTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 31, 14, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("2026-01-31T14:00:00Z", "2026-01-31T14:00:00.000")]
    [InlineData("2026-01-31T14:00:00.25Z", "2026-01-31T14:00:00.250")]
    [InlineData("2026-01-31t14:00:00z", "2026-01-31T14:00:00.000")]
    [InlineData("2026-01-31 14:00:00+02:00", "2026-01-31T12:00:00.000")]
    [InlineData("2026-01-31T14:00-03:30", "2026-01-31T17:30:00.000")]
    [InlineData("now", "2026-01-31T14:00:00.000")]
    [InlineData("now-6h", "2026-01-31T08:00:00.000")]
    [InlineData("now-1d2h30m5s", "2026-01-30T11:29:55.000")]
    [InlineData("1769868000000", "2026-01-31T14:00:00.000")]
    public void A_time_is_read(string text, string expected)
    {
        Assert.Null(ReplayTime.Parse(text, Now, out long timeMs));
        Assert.Equal(expected, DateTimeOffset.FromUnixTimeMilliseconds(timeMs).ToString("yyyy-MM-dd'T'HH:mm:ss.fff", CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData("2026-01-31T14:00:00", "2026-01-31T14:00:00 has no offset, so it could be any place's time; for UTC write 2026-01-31T14:00:00Z, else an offset such as +02:00")]
    [InlineData("2026-01-31", "2026-01-31 has no offset, so it could be any place's time; for UTC write 2026-01-31T00:00:00Z, else an offset such as +02:00")]
    [InlineData("1769868000", "1769868000 looks like seconds; milliseconds since 1970 are wanted: 1769868000000")]
    [InlineData("2026-02-30T00:00:00Z", "2026-02-30T00:00:00Z is no time; write 2026-01-31T14:00:00Z (or with an offset such as +02:00), now-6h, or milliseconds since 1970")]
    [InlineData("yesterday", "yesterday is no time; write 2026-01-31T14:00:00Z (or with an offset such as +02:00), now-6h, or milliseconds since 1970")]
    [InlineData("now+1h", "now+1h is no time; write 2026-01-31T14:00:00Z (or with an offset such as +02:00), now-6h, or milliseconds since 1970")]
    [InlineData("12", "12 is not between 2000 and 2099")]
    public void What_is_no_time_is_refused_with_what_would_be_right(string text, string expected) =>
        Assert.Equal(expected, ReplayTime.Parse(text, Now, out _));
}
