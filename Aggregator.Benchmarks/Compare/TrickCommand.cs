using System.Globalization;
using Aggregator.Benchmarks.Input;

namespace Aggregator.Benchmarks.Compare;

/// <summary>
/// What each trick of the data path brings: its step without it and with it, each in a process of its own, turn by turn, so that both see the same machine. Of the pairs of turns the one whose
/// ratio is in the middle is shown: a machine may be slower for seconds, but then for both. A table in Markdown.
/// </summary>
public static class TrickCommand
{
    /// <param name="arguments">
    /// <c>--turns N</c> of each (default 8), <c>--only TEXT</c>: tricks or steps with that text in their names, <c>--short yes</c>: only shows that all of it runs.
    /// </param>
    /// <returns>The exit code.</returns>
    public static int Run(IReadOnlyDictionary<string, string> arguments)
    {
        bool isShort = arguments.ContainsKey("short");
        IReadOnlyList<Trick> tricks = TrickList.Of(isShort);
        if (arguments.TryGetValue("trick", out string? number))
        {
            return TrickTurns.Run(tricks[int.Parse(number, CultureInfo.InvariantCulture)], arguments["there"] == "yes",
                TimeSpan.FromSeconds(isShort ? 0 : 1.5), TimeSpan.FromSeconds(isShort ? 0 : 0.2));
        }
        string[] options = isShort ? ["--short", "yes"] : [];
        int turns = isShort ? 1 : (int)arguments.Number("turns", 8);
        string only = arguments.GetValueOrDefault("only", "");
        Console.WriteLine("| trick | of a | without, ns | with, ns | saves | without, B | with, B |");
        Console.WriteLine("|---|---|---:|---:|---:|---:|---:|");
        for (int i = 0; i < tricks.Count; i++)
        {
            if (tricks[i].Name.Contains(only, StringComparison.Ordinal) || tricks[i].Step.Contains(only, StringComparison.Ordinal))
            {
                Compare(tricks[i], i, turns, options);
            }
        }
        return 0;
    }

    private static void Compare(Trick trick, int number, int turns, string[] options)
    {
        using TrickProcess without = new("tricks", number, isThere: false, options);
        using TrickProcess with = new("tricks", number, isThere: true, options);
        without.WaitUntilReady();
        with.WaitUntilReady();
        (double Without, double With)[] pairs = [.. Enumerable.Range(0, turns).Select(_ => (without.Turn(), with.Turn())).OrderBy(pair => pair.Item2 / pair.Item1)];
        (double before, double after) = pairs[turns / 2];
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {trick.Name} | {trick.Step} | {before:0.0} | {after:0.0} | {1 - (after / before):0 %} | {without.Bytes:0.0} | {with.Bytes:0.0} |"));
    }
}
