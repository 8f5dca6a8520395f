using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting.Systemd;
using Microsoft.Extensions.Options;

namespace Aggregator.Host.Logging;

/// <summary>Logs to stderr: stdout belongs to data.</summary>
public static class ConsoleLogging
{
    /// <summary>Replaces the providers of a host's logging by ours. What ASP.NET Core says of each request comes with <c>debug</c> only.</summary>
    public static ILoggingBuilder ToStandardError(this ILoggingBuilder logging, LogLevel level)
    {
        Begin(logging, level);
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

    /// <summary>For a verb that draws on the terminal: each line goes to whoever knows where there is room for it.</summary>
    public static ILoggerFactory Create(LogLevel level, Action<string> take) => LoggerFactory.Create(logging =>
    {
        Begin(logging, level);
        logging.Services.AddSingleton<ILoggerProvider>(services => new LineLoggerProvider(
            new LineFormatter(services.GetRequiredService<IOptionsMonitor<LineFormatterOptions>>(), services.GetRequiredService<TimeProvider>()), take));
    });

    private static void Begin(ILoggingBuilder logging, LogLevel level)
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
    }
}
