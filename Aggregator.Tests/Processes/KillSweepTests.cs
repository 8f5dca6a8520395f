using System.Diagnostics;
using System.Globalization;
using Xunit;

namespace Aggregator.Tests.Processes;

/// <summary>
/// Nothing is lost, changed or published differently by killing the program, wherever that happens. AGGREGATOR_SWEEP_KILLS says how many kills (90, beside the 64 of <see cref="KillPointTests"/>),
/// AGGREGATOR_SWEEP_SEED which ones; <c>scripts/kill-sweep.sh</c> sets both.
/// </summary>
[Collection(nameof(ProcessTests))]
public sealed class KillSweepTests(ITestOutputHelper output)
{
    private const int Lanes = 4;

    // Lives at a time: each needs a second of CPU to start, and this is a small machine.
    private const int AtOnce = 3;

    [Fact]
    public async Task Kills_at_any_point_lose_no_window_and_change_none()
    {
        string servers = TestTopics.SharedBroker();
        int kills = Number("AGGREGATOR_SWEEP_KILLS", 90);
        int seed = Number("AGGREGATOR_SWEEP_SEED", Random.Shared.Next(1_000_000));
        long started = Stopwatch.GetTimestamp();
        output.WriteLine($"kill sweep: {kills} kills, seed {seed}");
        using SemaphoreSlim places = new(AtOnce);
        KillSweep[] sweeps = [.. Enumerable.Range(0, Lanes).Select(lane => new KillSweep(servers, seed, lane, output.WriteLine))];
        await Task.WhenAll(sweeps.Select(async (sweep, lane) =>
        {
            await places.WaitAsync();
            try
            {
                await sweep.RunAsync((kills / Lanes) + (lane < kills % Lanes ? 1 : 0));
            }
            finally
            {
                places.Release();
            }
        }));

        output.WriteLine($"kill sweep: {sweeps.Sum(sweep => sweep.Kills)} kills and {sweeps.Sum(sweep => sweep.Stops)} stops survived in {Stopwatch.GetElapsedTime(started):hh\\:mm\\:ss}, "
            + $"seed {seed}: {sweeps.Sum(sweep => sweep.Lines)} lines equal to replay's, {sweeps.Sum(sweep => sweep.Repeated)} of them published more than once, with the same values; "
            + string.Join(", ", sweeps.SelectMany(sweep => sweep.Points).GroupBy(point => point.Key, (name, points) => $"{points.Sum(point => point.Value)} {name}")));
        Assert.Equal(kills, sweeps.Sum(sweep => sweep.Kills));
    }

    private static int Number(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out int number) ? number : otherwise;
}
