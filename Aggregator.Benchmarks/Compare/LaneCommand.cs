using System.Globalization;
using Aggregator.Benchmarks.Grow;
using Aggregator.Benchmarks.Input;

namespace Aggregator.Benchmarks.Compare;

/// <summary>
/// How much faster two lanes fold than one, beside two processes of one lane each, which have nothing to do with each other: more than that the machine does not allow. All in turn, so that they
/// see the same machine, by the clock. A table in Markdown.
/// </summary>
public static class LaneCommand
{
    private const int Partitions = 8;

    private static readonly (long Ids, long Users)[] Cases = [(10_000, 10_000), (100_000, 10_000), (100_000, 100_000), (1_000_000, 100_000), (1_000_000, 1_000_000)];

    /// <param name="arguments"><c>--turns N</c> of each (default 8), <c>--only N</c>: with so many ids a window.</param>
    /// <returns>The exit code.</returns>
    public static int Run(IReadOnlyDictionary<string, string> arguments)
    {
        if (arguments.TryGetValue("trick", out string? number))
        {
            (long ids, long users) = Cases[int.Parse(number, CultureInfo.InvariantCulture)];
            GrowCase of = new() { IdsPerWindow = ids, Users = users, Partitions = Partitions };
            Trick trick = new("lanes", "decode + fold", isThere => new GrowStep(of with { Lanes = isThere ? 2 : 1 }, records: 1 << 18).Run()) { IsByClock = true };
            return TrickTurns.Run(trick, arguments["there"] == "yes", TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(0.3));
        }
        int turns = (int)arguments.Number("turns", 8);
        string only = arguments.GetValueOrDefault("only", "");
        Console.WriteLine("| ids a window | users | one lane, ns | two processes, ns | two lanes, ns | two processes | two lanes |");
        Console.WriteLine("|---:|---:|---:|---:|---:|---:|---:|");
        for (int i = 0; i < Cases.Length; i++)
        {
            if (only.Length == 0 || only == Cases[i].Ids.ToString(CultureInfo.InvariantCulture))
            {
                Compare(i, turns);
            }
        }
        return 0;
    }

    private static void Compare(int number, int turns)
    {
        using TrickProcess one = new("lanes", number, isThere: false, []);
        using TrickProcess other = new("lanes", number, isThere: false, []);
        using TrickProcess two = new("lanes", number, isThere: true, []);
        one.WaitUntilReady();
        other.WaitUntilReady();
        two.WaitUntilReady();
        double[][] times = [.. Enumerable.Range(0, turns).Select(_ =>
        {
            double alone = one.Turn();
            one.Begin();
            other.Begin();
            double both = (one.End() + other.End()) / 4;
            return new[] { alone, both, two.Turn() };
        })];
        double[] median = [.. Enumerable.Range(0, 3).Select(way => Median(times.Select(turn => turn[way])))];
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {Cases[number].Ids:N0} | {Cases[number].Users:N0} | {median[0]:0} | {median[1]:0} | {median[2]:0} | {Median(times.Select(turn => turn[0] / turn[1])):0.00} | {Median(times.Select(turn => turn[0] / turn[2])):0.00} |"));
    }

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(values.Count() / 2);
}
