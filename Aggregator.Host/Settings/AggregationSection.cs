using Aggregator.Core.Windows;

namespace Aggregator.Host.Settings;

/// <summary>The rules of the section <c>Aggregation</c> (SPEC section 6).</summary>
public static class AggregationSection
{
    public const string Name = "Aggregation";

    /// <summary>Each set costs state for every window, and a metric family per result.</summary>
    public const int MaxGroups = 16;

    // The fields of SPEC section 1: no dimension may bear one of these names.
    private static readonly string[] ContractFields = [.. FieldsSection.ContractFields];

    private static readonly AggregationSettings Defaults = new();
    private static readonly TimeSpan Millisecond = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);
    private static readonly TimeSpan Week = TimeSpan.FromDays(7);

    public static AggregationSettings Read(SectionReader section)
    {
        ArgumentNullException.ThrowIfNull(section);
        TimeSpan given = Defaults.Window;
        TimeSpan window = section.Time("Window", Defaults.Window, time => WindowRule(given = time));
        AggregationSettings settings = new()
        {
            Window = window,
            Lateness = section.Time("Lateness", Defaults.Lateness, time => Between(time, TimeSpan.Zero, Week)),
            // not set, it is one window: a window of 5 min with the minute of the default would be no whole multiple
            AckTimeout = section.Time("AckTimeout", window, time => AckTimeoutRule(time, window, given)),
            IdleTimeout = section.Time("IdleTimeout", Defaults.IdleTimeout, time => Between(time, Millisecond, Day)),
            MaxFutureSkew = section.Time("MaxFutureSkew", Defaults.MaxFutureSkew, time => Between(time, TimeSpan.Zero, TimeSpan.FromDays(36_500))),
            Identity = Enum.Parse<DeliveryIdentity>(section.Choice("Identity", "message", "message", "recipient")!, ignoreCase: true),
            Join = Enum.Parse<DeliveryJoinScope>(section.Choice("Join", "all", "all", "partition")!, ignoreCase: true),
            Groups = section.Lists("Groups", GroupsRule),
            MaxSeries = section.Whole("MaxSeries", Defaults.MaxSeries, 1, 10_000),
            MaxErrorCodes = section.Whole("MaxErrorCodes", Defaults.MaxErrorCodes, 1, 10_000),
            MaxOpenWindows = section.Whole("MaxOpenWindows", Defaults.MaxOpenWindows, 10, 10_000_000),
        };
        // Records in perfect order already keep this many windows open; fewer would leave out facts for ever.
        long needed = (long)Math.Ceiling((settings.AckTimeout + settings.Lateness) / settings.Window) + 1;
        if (needed > settings.MaxOpenWindows)
        {
            section.Fail("MaxOpenWindows", $"must be at least {needed:N0}, the windows that AckTimeout and Lateness keep open");
        }
        return settings;
    }

    private static string? WindowRule(TimeSpan window) =>
        window >= TimeSpan.FromSeconds(1) && window.Ticks % TimeSpan.TicksPerSecond == 0 && TimeSpan.TicksPerHour % window.Ticks == 0
            ? null
            : "must divide an hour: 1 s, 10 s, 15 s, 30 s, 1 min, 5 min, …";

    /// <param name="timeout">What to judge.</param>
    /// <param name="window">The window that counts.</param>
    /// <param name="given">The window as it was given: where it cannot be used, a multiple of it is no second mistake.</param>
    private static string? AckTimeoutRule(TimeSpan timeout, TimeSpan window, TimeSpan given)
    {
        if (timeout <= TimeSpan.Zero || (!IsMultiple(timeout, window) && !IsMultiple(timeout, given)))
        {
            return $"must be a whole multiple of Window ({SettingTime.Format(window)})";
        }
        return timeout > Week ? $"must be at most {SettingTime.Format(Week)}" : null;
    }

    private static bool IsMultiple(TimeSpan time, TimeSpan unit) => unit > TimeSpan.Zero && time.Ticks % unit.Ticks == 0;

    private static string? Between(TimeSpan time, TimeSpan least, TimeSpan most)
    {
        if (time.Ticks % TimeSpan.TicksPerMillisecond != 0)
        {
            return "must be whole milliseconds";
        }
        return time >= least && time <= most ? null : $"must be from {SettingTime.Format(least)} to {SettingTime.Format(most)}";
    }

    private static string? GroupsRule(IReadOnlyList<IReadOnlyList<string>> groups)
    {
        if (groups.Count > MaxGroups)
        {
            return $"has {groups.Count} dimension sets; at most {MaxGroups} are possible";
        }
        // A set has no order: ["a","b"] and ["b","a"] would give every result twice.
        HashSet<string> seen = [];
        List<string> problems = [];
        foreach (IReadOnlyList<string> names in groups)
        {
            string shown = "[" + string.Join(", ", names.Select(name => $"\"{name}\"")) + "]";
            string? problem = names.Count == 0 ? "a dimension set must have at least one name; the total is always there"
                : names.Any(string.IsNullOrWhiteSpace) ? "a dimension must have a name"
                : names.FirstOrDefault(ContractFields.Contains) is { } field
                    ? $"\"{field}\" is a field of the records; a dimension must have another name"
                : names.Distinct().Count() < names.Count ? $"{shown} has a name twice"
                : !seen.Add(string.Join('\0', names.Order(StringComparer.Ordinal)))
                    ? $"{shown} occurs twice; the order of the names makes no difference"
                : null;
            if (problem is not null && !problems.Contains(problem))
            {
                problems.Add(problem);
            }
        }
        return problems.Count == 0 ? null : string.Join("; ", problems);
    }
}
