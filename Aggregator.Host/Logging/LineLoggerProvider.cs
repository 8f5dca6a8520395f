using Microsoft.Extensions.Logging.Abstractions;

namespace Aggregator.Host.Logging;

/// <summary>Hands log lines over, formatted as on stderr.</summary>
internal sealed class LineLoggerProvider(LineFormatter formatter, Action<string> take) : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) => new Logger(categoryName, formatter, take);

    public void Dispose()
    {
        // Nothing is queued: a line is handed over while it is logged.
    }

    private sealed class Logger(string category, LineFormatter formatter, Action<string> take) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatText)
        {
            using StringWriter text = new();
            formatter.Write(new LogEntry<TState>(logLevel, category, eventId, state, exception, formatText), null, text);
            take(text.ToString().TrimEnd('\n'));
        }
    }
}
