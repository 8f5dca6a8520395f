namespace Aggregator.Core.Records;

/// <summary>Records that were to be read are no longer there: retention took them, or the log was replaced. The message says which.</summary>
public sealed class RecordsGoneException(string message) : IOException(message);
