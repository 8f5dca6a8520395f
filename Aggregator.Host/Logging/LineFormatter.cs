using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace Aggregator.Host.Logging;

/// <summary>
/// One line an event: <c>2026-01-01T00:00:00.000Z info BatchSource: message</c>. For journald the level becomes its
/// prefix <c>&lt;6&gt;</c> and the time is left to it.
/// The built-in formatters write the whole category and an event id, and stack traces of mere warnings.
/// </summary>
public sealed class LineFormatter(IOptionsMonitor<LineFormatterOptions> options, TimeProvider time) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "aggregator";

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        ArgumentNullException.ThrowIfNull(textWriter);
        (int priority, string word) = logEntry.LogLevel switch
        {
            LogLevel.Critical => (2, "crit"),
            LogLevel.Error => (3, "error"),
            LogLevel.Warning => (4, "warn"),
            LogLevel.Information => (6, "info"),
            LogLevel.Debug => (7, "debug"),
            _ => (7, "trace"),
        };
        string prefix = options.CurrentValue.ForJournal
            ? string.Create(CultureInfo.InvariantCulture, $"<{priority}>")
            : string.Create(CultureInfo.InvariantCulture, $"{time.GetUtcNow().UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.fff'Z'} {word,-5} ");
        string category = logEntry.Category[(logEntry.Category.LastIndexOf('.') + 1)..];
        textWriter.Write(prefix + category + ": " + OneLine(logEntry.Formatter(logEntry.State, logEntry.Exception)));
        WriteException(logEntry.Exception, logEntry.LogLevel, prefix, textWriter);
        textWriter.Write('\n');
    }

    // What went wrong is always said; where in the code, only when the program itself may be at fault.
    private static void WriteException(Exception? exception, LogLevel level, string prefix, TextWriter writer)
    {
        if (exception is null)
        {
            return;
        }
        writer.Write(OneLine($" ({exception.GetType().Name}: {exception.Message})"));
        if (level >= LogLevel.Error)
        {
            foreach (string line in exception.ToString().Split('\n'))
            {
                writer.Write("\n" + prefix + "  " + line.TrimEnd());
            }
        }
    }

    private static string OneLine(string text) => text.AsSpan().IndexOfAny('\r', '\n') < 0 ? text : text.ReplaceLineEndings(" ");
}
