using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Aggregator.Core.Generation;

/// <summary>Something that goes wrong in generated traffic.</summary>
/// <param name="Kind">What goes wrong.</param>
/// <param name="Start">When, counted from the start of the traffic.</param>
/// <param name="Duration">For how long.</param>
public sealed partial record TrafficIncident(IncidentKind Kind, TimeSpan Start, TimeSpan Duration)
{
    private static readonly Dictionary<string, IncidentKind> Kinds = new()
    {
        ["delivery-drop"] = IncidentKind.DeliveryDrop,
        ["latency-spike"] = IncidentKind.LatencySpike,
        ["node-outage"] = IncidentKind.NodeOutage,
    };

    /// <summary>The kinds as users write them.</summary>
    public static IReadOnlyCollection<string> KindNames => Kinds.Keys;

    /// <summary>Reads <c>KIND@START:DURATION</c>, for example <c>delivery-drop@5m:2m</c>.</summary>
    /// <param name="text">What a user wrote.</param>
    /// <param name="incident">The incident; null where it cannot be read.</param>
    /// <param name="problem">What is wrong and what is allowed; null where nothing is.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out TrafficIncident? incident, [NotNullWhen(false)] out string? problem)
    {
        ArgumentNullException.ThrowIfNull(text);
        incident = null;
        Match match = Form().Match(text);
        if (!match.Success)
        {
            problem = $"incident '{text}' must be KIND@START:DURATION, for example delivery-drop@5m:2m";
            return false;
        }
        if (!Kinds.TryGetValue(match.Groups["kind"].Value, out IncidentKind kind))
        {
            problem = $"incident '{text}': unknown kind '{match.Groups["kind"].Value}'; known are {string.Join(", ", KindNames)}";
            return false;
        }
        if (!TryParseTime(match.Groups["start"].Value, out TimeSpan start))
        {
            problem = $"incident '{text}': the start '{match.Groups["start"].Value}' must be a time such as 90s, 5m or 1h30m";
            return false;
        }
        if (!TryParseTime(match.Groups["duration"].Value, out TimeSpan duration) || duration == TimeSpan.Zero)
        {
            problem = $"incident '{text}': the duration '{match.Groups["duration"].Value}' must be a time over 0 such as 90s, 5m or 1h30m";
            return false;
        }
        problem = null;
        incident = new(kind, start, duration);
        return true;
    }

    /// <summary>Reads a time as users write it on the command line: <c>500ms</c>, <c>90s</c>, <c>5m</c>, <c>1h30m</c>, <c>2d</c>.</summary>
    public static bool TryParseTime(string text, out TimeSpan time)
    {
        ArgumentNullException.ThrowIfNull(text);
        time = TimeSpan.Zero;
        Match match = Time().Match(text);
        if (!match.Success || text.Length == 0)
        {
            return false;
        }
        time = new TimeSpan(Part(match, "d"), Part(match, "h"), Part(match, "m"), Part(match, "s"), Part(match, "ms"));
        return true;
    }

    private static int Part(Match match, string name) =>
        match.Groups[name].Success ? int.Parse(match.Groups[name].ValueSpan, CultureInfo.InvariantCulture) : 0;

    [GeneratedRegex(@"^(?<kind>[^@:]+)@(?<start>[^@:]+):(?<duration>[^@:]+)\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Form();

    [GeneratedRegex(@"^((?<d>[0-9]{1,4})d)?((?<h>[0-9]{1,5})h)?((?<m>[0-9]{1,6})m)?((?<s>[0-9]{1,8})s)?((?<ms>[0-9]{1,9})ms)?\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Time();
}
