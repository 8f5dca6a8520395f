using Aggregator.Core.Replay;
using Aggregator.Host.Terminal;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Aggregator.Tests.Terminal;

public sealed class ReplayProgressTests
{
    [Theory]
    [InlineData(1_500, 2_000_000, 1_250_000_000, "replayed 2,000,000 records (1.3 GB) in 1.5 s, 1,333,333 records/s: 62 windows\n")]
    [InlineData(90_000, 9, 950, "replay: 100 %, 9 records, 0/s, at 2026-01-01 00:00:00Z, 0.0 s left\nreplayed 9 records (950 B) in 1:30 min, 0 records/s: 62 windows\n")]
    [InlineData(0, 0, 0, "replayed 0 records (0 B) in 0.0 s, 0 records/s: 62 windows\n")]
    public async Task Without_a_terminal_there_is_a_line_every_ten_seconds_and_one_at_the_end(int tookMs, long records, long bytes, string line)
    {
        FakeTimeProvider time = new();
        using StringWriter error = new();
        await using ReplayProgress progress = ReplayProgress.Plain(error, bytes, time);

        progress.Report(bytes / 2, records / 2, null);
        time.Advance(TimeSpan.FromMilliseconds(tookMs));
        progress.Report(bytes, records, 1767225600000);
        await progress.FinishAsync("62 windows");

        Assert.Equal(line, error.ToString());
    }

    [Fact]
    public async Task A_replay_out_of_Kafka_shows_its_share_and_the_time_left()
    {
        FakeTimeProvider time = new();
        using StringWriter error = new();
        await using ReplayProgress progress = ReplayProgress.PlainForShares(error, time);

        time.Advance(TimeSpan.FromSeconds(5));
        progress.Report(new RangeProgress(500, 0.1, null));
        time.Advance(TimeSpan.FromSeconds(5));
        progress.Report(new RangeProgress(1_000, 0.25, 1767225600000));
        await progress.FinishAsync("3 windows");

        Assert.Equal(
            "replay: 25 %, 1,000 records, 100/s, at 2026-01-01 00:00:00Z, 30.0 s left\nreplayed 1,000 records in 10.0 s, 100 records/s: 3 windows\n", error.ToString());
    }
}
