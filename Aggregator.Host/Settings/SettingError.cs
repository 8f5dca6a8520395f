namespace Aggregator.Host.Settings;

/// <summary>One setting that cannot be used.</summary>
/// <param name="Name">The whole name, <c>Aggregation:Window</c>; or the source where no name can be told, <c>config.json:3:7</c>.</param>
/// <param name="Value">What it was set to, as users may see it; null where that says nothing (an unknown name) or where it is a secret.</param>
/// <param name="Problem">What is allowed, or what to do.</param>
/// <param name="Where">The source that set it; null where the name says it already, and for defaults.</param>
public sealed record SettingError(string Name, string? Value, string Problem, string? Where = null);
