using System.CommandLine;

namespace Aggregator.Host.Settings;

/// <summary>The options <c>--config</c> and <c>--set</c> of a verb, and the settings they lead to.</summary>
public sealed class SettingsOptions
{
    private readonly Option<string?> _config = new("--config")
    {
        HelpName = "FILE",
        Description = "Settings as JSON: {\"Aggregation\": {\"Window\": \"00:01:00\"}, \"Kafka\": {\"BootstrapServers\": \"host:9092\"}}. "
            + "Comments and trailing commas are fine. Environment variables (Kafka__BootstrapServers=host:9092) win over the file.",
    };

    private readonly Option<string[]> _sets = new("--set")
    {
        HelpName = "Section:Key=VALUE",
        Description = "One setting, any number of times; wins over file and environment. Lists as JSON: --set 'Aggregation:Groups=[[\"region\"]]'.",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
    };

    private readonly string[] _presets;

    private SettingsOptions(string[] presets) => _presets = presets;

    /// <summary>Adds <c>--set</c> alone to a verb that brings its own settings.</summary>
    /// <param name="command">The verb.</param>
    /// <param name="presets">What the verb sets, in the form of <c>--set</c>, which wins over it.</param>
    public static SettingsOptions AddSetTo(Command command, params string[] presets)
    {
        ArgumentNullException.ThrowIfNull(command);
        SettingsOptions options = new(presets);
        command.Options.Add(options._sets);
        return options;
    }

    /// <summary>Adds the options to a verb.</summary>
    public static SettingsOptions AddTo(Command command)
    {
        ArgumentNullException.ThrowIfNull(command);
        SettingsOptions options = new([]);
        command.Options.Add(options._config);
        command.Options.Add(options._sets);
        return options;
    }

    /// <summary>The settings in force.</summary>
    /// <exception cref="CommandFailedException">They cannot be used: every error is named, exit code 2.</exception>
    public AggregatorSettings Read(ParseResult parsed) => Usable(Load(parsed)).Settings!;

    /// <summary>The settings, or everything that is wrong with them, and where each comes from.</summary>
    public SettingsResult Load(ParseResult parsed)
    {
        ArgumentNullException.ThrowIfNull(parsed);
        return SettingsLoader.Load(
            parsed.GetValue(_config), [.. _presets, .. parsed.GetValue(_sets) ?? []], Environment.GetEnvironmentVariables(), SettingsChecks.All);
    }

    private static SettingsResult Usable(SettingsResult result) =>
        result.Settings is not null ? result : throw new CommandFailedException(SettingErrors.Format(result.Errors), ExitCode.Usage);
}
