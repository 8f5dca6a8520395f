using Aggregator.Core.Publishing;

namespace Aggregator.Host.Settings;

/// <summary>Rules about settings that belong to the rooms that use them; they are asked once the sections themselves are read.</summary>
public static class SettingsChecks
{
    /// <summary>Each gets the settings (a wrong one as its default) and names what its room cannot work with.</summary>
    public static IReadOnlyList<Func<AggregatorSettings, IEnumerable<SettingError>>> All { get; } = [MetricNamesOfGroups];

    // Dimensions become labels and names of metrics; two of them may become one.
    private static IEnumerable<SettingError> MetricNamesOfGroups(AggregatorSettings settings) =>
        MetricNames.Problems(settings.Aggregation.Groups).Select(problem => new SettingError($"{AggregationSection.Name}:Groups", null, problem));
}
