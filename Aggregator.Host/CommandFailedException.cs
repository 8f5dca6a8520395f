namespace Aggregator.Host;

/// <summary>Ends a verb with a message for its user: one or more lines on stderr, no stack trace.</summary>
/// <param name="message">What failed, where, why, and what to do.</param>
/// <param name="exitCode">One of <see cref="ExitCode"/>.</param>
public sealed class CommandFailedException(string message, int exitCode = ExitCode.Failure) : Exception(message)
{
    public int ExitCode { get; } = exitCode;
}
