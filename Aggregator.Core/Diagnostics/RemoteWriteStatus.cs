namespace Aggregator.Core.Diagnostics;

/// <summary>What remote write knows of itself.</summary>
public sealed class RemoteWriteStatus
{
    /// <summary>Samples that the receiver took, native histograms and stale markers included.</summary>
    public Counter SamplesSent { get; } = new();

    /// <summary>Samples that the receiver refused (4xx).</summary>
    public Counter SamplesRejected { get; } = new();

    /// <summary>Samples that were given up because the buffer was full.</summary>
    public Counter SamplesOverflowed { get; } = new();

    /// <summary>Native histograms that the receiver does not take at all.</summary>
    public Counter HistogramsUnsupported { get; } = new();

    /// <summary>Attempts that failed and were, or are, made again.</summary>
    public Counter Retries { get; } = new();

    /// <summary>Samples that wait for the receiver.</summary>
    public Gauge SamplesWaiting { get; } = new();

    /// <summary>Bytes of the requests that wait.</summary>
    public Gauge BytesWaiting { get; } = new();

    /// <summary>When the oldest request that waits was made, ms since the epoch; 0 when none waits.</summary>
    public Gauge OldestWaitingMs { get; } = new();

    /// <summary>The end of the latest window of which the receiver took samples, ms since the epoch; 0 before the first.</summary>
    public Gauge SentThroughMs { get; } = new();
}
