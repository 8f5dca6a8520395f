using System.CommandLine;
using System.CommandLine.Parsing;

namespace Aggregator.Host.Logging;

/// <summary>The option <c>--log-level</c>, which every verb has.</summary>
public static class LogOptions
{
    private const string Words = "trace, debug, info, warn, error, critical or none";

    public static Option<LogLevel> Level { get; } = new("--log-level")
    {
        HelpName = "LEVEL",
        Description = $"How much is said on stderr: {Words}; info if not given.",
        CustomParser = Parse,
        Recursive = true,
    };

    /// <summary>The level of a parsed command line.</summary>
    public static LogLevel LevelOf(ParseResult parsed)
    {
        ArgumentNullException.ThrowIfNull(parsed);
        return parsed.GetResult(Level) is null ? LogLevel.Information : parsed.GetValue(Level);
    }

    private static LogLevel Parse(ArgumentResult argument)
    {
        string word = argument.Tokens[0].Value;
        LogLevel? level = word.ToUpperInvariant() switch
        {
            "TRACE" => LogLevel.Trace,
            "DEBUG" => LogLevel.Debug,
            "INFO" or "INFORMATION" => LogLevel.Information,
            "WARN" or "WARNING" => LogLevel.Warning,
            "ERROR" => LogLevel.Error,
            "CRITICAL" => LogLevel.Critical,
            "NONE" => LogLevel.None,
            _ => null,
        };
        if (level is null)
        {
            argument.AddError($"--log-level is '{word}'; it must be {Words}");
        }
        return level ?? LogLevel.Information;
    }
}
