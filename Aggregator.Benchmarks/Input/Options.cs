using System.Globalization;

namespace Aggregator.Benchmarks.Input;

/// <summary>Reads the options of a command.</summary>
internal static class Options
{
    /// <summary>The number that an option gives, or what is usual without it.</summary>
    public static long Number(this IReadOnlyDictionary<string, string> arguments, string name, long usual) =>
        arguments.TryGetValue(name, out string? text) ? long.Parse(text, CultureInfo.InvariantCulture) : usual;
}
