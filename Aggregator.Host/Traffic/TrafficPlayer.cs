using Aggregator.Core.Generation;

namespace Aggregator.Host.Traffic;

/// <summary>Moves records from a generator into a sink, at the pace of the clock or as fast as it goes, and shows them to the truth on the way.</summary>
/// <param name="generator">Where records come from.</param>
/// <param name="sink">Where they go.</param>
/// <param name="time">The clock of the pace and of reports.</param>
public sealed class TrafficPlayer(TrafficGenerator generator, ITrafficSink sink, TimeProvider time)
{
    // Between two looks at the clock and at the cancellation.
    private const int Burst = 4_096;

    private static readonly TimeSpan ReportInterval = TimeSpan.FromSeconds(5);

    /// <summary>The event time that the clock's now stands for at the start, in ms since the epoch; null to go as fast as possible.</summary>
    public long? PacedFromMs { get; init; }

    /// <summary>Sees every record that the sink took; null for none.</summary>
    public ReferenceAggregator? Truth { get; init; }

    /// <summary>Called every 5 s or so with the records so far, the time gone by, and how far the pace is missed.</summary>
    public Action<long, TimeSpan, TimeSpan>? Progress { get; init; }

    /// <summary>
    /// Returns when the traffic has ended; what is written is then not yet completed. Between waits for the clock it keeps its thread, so that one who goes on
    /// beside it gives it one of its own (<c>Task.Run</c>).
    /// </summary>
    /// <exception cref="OperationCanceledException">It was told to stop before.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        long started = time.GetTimestamp();
        TimeSpan nextReport = ReportInterval;
        while (generator.NextTimestampMs is { } next)
        {
            cancellation.ThrowIfCancellationRequested();
            TimeSpan elapsed = time.GetElapsedTime(started);
            double behindMs = 0;
            long dueMs = long.MaxValue;
            if (PacedFromMs is { } from)
            {
                behindMs = from + elapsed.TotalMilliseconds - next;
                dueMs = from + (long)elapsed.TotalMilliseconds;
            }
            if (elapsed >= nextReport)
            {
                Progress?.Invoke(generator.Records, elapsed, TimeSpan.FromMilliseconds(Math.Max(0, behindMs)));
                nextReport = elapsed + ReportInterval;
            }
            if (next > dueMs)
            {
                sink.Pause();
                // a long gap must not hold up the report
                await Task.Delay(TimeSpan.FromMilliseconds(Math.Clamp(-behindMs, 1, ReportInterval.TotalMilliseconds)), time, cancellation);
                continue;
            }
            WriteDue(dueMs, cancellation);
        }
    }

    private void WriteDue(long dueMs, CancellationToken cancellation)
    {
        for (int i = 0; i < Burst && generator.NextTimestampMs <= dueMs && generator.TryNext(out GeneratedRecord record); i++)
        {
            sink.Write(record, cancellation);
            Truth?.Add(record.Partition, record.Offset, record.TimestampMs, record.HasValue ? record.Value.ToArray() : null);
        }
    }
}
