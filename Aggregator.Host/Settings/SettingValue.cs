namespace Aggregator.Host.Settings;

/// <summary>A setting in force, for people to read.</summary>
/// <param name="Name">The whole name, <c>Aggregation:Window</c>.</param>
/// <param name="Text">Its value; a secret is masked already.</param>
/// <param name="Source">The kind of source that set it.</param>
/// <param name="Where">The source in words: <c>default</c>, <c>config.json:3</c>, <c>environment</c>, <c>--set</c>.</param>
public sealed record SettingValue(string Name, string Text, SettingSource Source, string Where);
