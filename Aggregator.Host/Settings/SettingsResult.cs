namespace Aggregator.Host.Settings;

/// <summary>What came of loading: the settings, or everything that is wrong with them.</summary>
/// <param name="Settings">Null where there are errors.</param>
/// <param name="Errors">Every error, in the order of the sections.</param>
/// <param name="Values">Each setting in force with where it comes from, in the order of the sections.</param>
public sealed record SettingsResult(AggregatorSettings? Settings, IReadOnlyList<SettingError> Errors, IReadOnlyList<SettingValue> Values);
