using Microsoft.Extensions.Logging.Console;

namespace Aggregator.Host.Logging;

/// <summary>Options of <see cref="LineFormatter"/>.</summary>
public sealed class LineFormatterOptions : ConsoleFormatterOptions
{
    /// <summary>Whether stderr goes to journald, which adds the time itself and takes the level from a prefix.</summary>
    public bool ForJournal { get; set; }
}
