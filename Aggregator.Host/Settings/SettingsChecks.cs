namespace Aggregator.Host.Settings;

/// <summary>Rules about settings that belong to the rooms that use them; they are asked once the sections themselves are read.</summary>
public static class SettingsChecks
{
    /// <summary>
    /// Each gets the settings (a wrong one as its default) and names what it cannot work with. To come: the client's own judgement of
    /// <c>Kafka:Properties</c>, and dimensions whose names make the same Prometheus label.
    /// </summary>
    public static IReadOnlyList<Func<AggregatorSettings, IEnumerable<SettingError>>> All { get; } = [];
}
