using System.Globalization;
using Xunit;

namespace Aggregator.Tests.Simulation;

/// <summary>
/// Nothing is lost, nothing counts twice, nothing that was published changes, whatever happens in between. AGGREGATOR_TEST_SEED gives the first seed,
/// AGGREGATOR_TEST_SEEDS their number; scripts/simulate.sh sets them.
/// </summary>
public class SimulationTests
{
    private const int Seeds = 3_000;

    [Fact]
    public void Whatever_happens_every_window_is_published_with_the_values_of_an_undisturbed_run()
    {
        int? wanted = Number("AGGREGATOR_TEST_SEED");
        int first = wanted ?? Random.Shared.Next(1_000_000_000);
        int seeds = Number("AGGREGATOR_TEST_SEEDS") ?? (wanted is null ? Seeds : 1);
        for (int seed = first; seed < first + seeds; seed++)
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            if (Simulation.Run(seed).Problem is { } problem)
            {
                List<string> trace = [];
                Simulation.Run(seed, trace);
                string story = wanted is null ? string.Join('\n', trace.TakeLast(25)) : string.Join('\n', trace);
                Assert.Fail($"{problem}\n{story}\nThe same again, with everything before it: scripts/simulate.sh {seed}");
            }
        }
    }

    [Fact]
    public void The_simulated_worlds_reach_what_can_happen()
    {
        Dictionary<string, long> worlds = [];
        for (int seed = 1; seed <= 200; seed++)
        {
            (string? problem, IReadOnlyDictionary<string, long> reached) = Simulation.Run(seed);
            Assert.True(problem is null, $"scripts/simulate.sh {seed}: {problem}");
            foreach ((string what, long count) in reached)
            {
                worlds[what] = worlds.GetValueOrDefault(what) + (count > 0 ? 1 : 0);
            }
        }

        string[] all = [.. Enum.GetNames<SimulatedEvent>(), "a member joins", "published again", "after idle", "woken up", "windows", "undisturbed"];
        Assert.All(all, what => Assert.True(worlds.GetValueOrDefault(what) >= 8, $"{what}: in {worlds.GetValueOrDefault(what)} worlds of 200"));
    }

    [Fact]
    public void A_seed_gives_the_same_world_again()
    {
        List<string> first = [];
        List<string> second = [];
        Simulation.Run(77, first);
        Simulation.Run(77, second);

        Assert.InRange(first.Count, 20, int.MaxValue);
        Assert.Equal(first, second);
    }

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out int number) ? number : null;
}
