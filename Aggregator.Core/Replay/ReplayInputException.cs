namespace Aggregator.Core.Replay;

/// <summary>The input of a replay is not what it should be; the message says where and how.</summary>
public sealed class ReplayInputException(string message) : IOException(message);
