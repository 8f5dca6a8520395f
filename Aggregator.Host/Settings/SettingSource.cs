namespace Aggregator.Host.Settings;

/// <summary>Where a setting comes from; a later source wins over an earlier one.</summary>
public enum SettingSource
{
    Default,
    File,
    Environment,
    CommandLine,
}
