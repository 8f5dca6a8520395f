using System.Diagnostics;
using System.Globalization;
using Aggregator.Benchmarks.Input;

namespace Aggregator.Benchmarks.Grow;

/// <summary>How time and memory a record grow with users, ids, groups, partitions, windows and time-outs, one of them at a time, each value in a process of its own: tables in Markdown.</summary>
public static class GrowCommand
{
    private static readonly (string Axis, Func<long, GrowCase> Case, long[] Values)[] Axes =
    [
        ("users", users => new() { Users = users }, [1_000, 10_000, 100_000, 1_000_000, 10_000_000]),
        ("ids a window", ids => new() { IdsPerWindow = ids }, [10_000, 100_000, 1_000_000, 10_000_000]),
        ("groups", groups => new() { Groups = (int)groups }, [1, 10, 100, 1_000]),
        ("partitions a topic", partitions => new() { Partitions = (int)partitions }, [1, 4, 16, 64]),
        ("window, s (1,667 ids/s)", seconds => new() { Window = TimeSpan.FromSeconds(seconds), IdsPerWindow = 1_667 * seconds }, [1, 10, 60, 600, 3_600]),
        ("time-out, windows of 1 s", windows => new() { Window = TimeSpan.FromSeconds(1), IdsPerWindow = 1_667, TimeoutWindows = (int)windows }, [1, 4, 60, 600, 3_600]),
        ("lanes", lanes => new() { Lanes = (int)lanes, Partitions = 8 }, [1, 2]),
    ];

    /// <param name="arguments"><c>--records N</c> at least a value (default 3,000,000), <c>--most N</c> the largest value of users and ids (default 10,000,000), <c>--only TEXT</c>.
    /// <c>--axis N --value N</c> is for the process of one value: two numbers.</param>
    /// <returns>The exit code.</returns>
    public static int Run(IReadOnlyDictionary<string, string> arguments)
    {
        long records = arguments.Number("records", 3_000_000);
        long most = arguments.Number("most", 10_000_000);
        if (arguments.TryGetValue("axis", out string? axisNumber))
        {
            GrowMeasurement one = GrowMeasurement.Of(Axes[int.Parse(axisNumber, CultureInfo.InvariantCulture)].Case(arguments.Number("value", 0)), records);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{one.Nanoseconds} {one.BytesPerId}"));
            return 0;
        }
        string only = arguments.GetValueOrDefault("only", "");
        for (int i = 0; i < Axes.Length; i++)
        {
            (string axis, _, long[] values) = Axes[i];
            if (!axis.Contains(only, StringComparison.Ordinal))
            {
                continue;
            }
            Console.WriteLine($"| {axis} | ns a record | records/s | bytes an id open |");
            Console.WriteLine("|---:|---:|---:|---:|");
            foreach (long value in values.Where(value => value <= most))
            {
                GrowMeasurement measured = InProcess(i, value, records);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"| {value:N0} | {measured.Nanoseconds:0} | {1e9 / measured.Nanoseconds:N0} | {measured.BytesPerId:0.0} |"));
            }
            Console.WriteLine();
        }
        return 0;
    }

    private static GrowMeasurement InProcess(int axis, long value, long records)
    {
        string[] verb = [typeof(GrowCommand).Assembly.Location, "grow", "--axis", Text(axis), "--value", Text(value), "--records", Text(records)];
        using Process process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, verb) { RedirectStandardOutput = true })!;
        string answer = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        double[] numbers = [.. answer.Split(' ').Select(number => double.Parse(number, CultureInfo.InvariantCulture))];
        return new(numbers[0], numbers[1]);
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
