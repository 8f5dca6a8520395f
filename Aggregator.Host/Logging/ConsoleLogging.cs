using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting.Systemd;

namespace Aggregator.Host.Logging;

/// <summary>Logs to stderr: stdout belongs to data.</summary>
public static class ConsoleLogging
{
    /// <summary>Replaces the providers of a host's logging by ours. What ASP.NET Core says of each request comes with <c>debug</c> only.</summary>
    public static ILoggingBuilder ToStandardError(this ILoggingBuilder logging, LogLevel level)
    {
        ArgumentNullException.ThrowIfNull(logging);
        logging.ClearProviders();
        logging.SetMinimumLevel(level);
        if (level > LogLevel.Debug)
        {
            logging.AddFilter("Microsoft", LogLevel.Warning);
            logging.AddFilter("System", LogLevel.Warning);
        }
        logging.Services.TryAddSingleton(TimeProvider.System);
        logging.AddConsole(console =>
        {
            console.FormatterName = LineFormatter.FormatterName;
            console.LogToStandardErrorThreshold = LogLevel.Trace;
        });
        logging.AddConsoleFormatter<LineFormatter, LineFormatterOptions>(options => options.ForJournal = SystemdHelpers.IsSystemdService());
        return logging;
    }

    /// <summary>For verbs without a host. Dispose it at the end: it writes what is still queued.</summary>
    public static ILoggerFactory Create(LogLevel level) => LoggerFactory.Create(logging => logging.ToStandardError(level));
}
