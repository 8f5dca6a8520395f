using System.Collections.Concurrent;
using System.Diagnostics;
using Aggregator.Core.Diagnostics;
using Aggregator.Core.Kafka;
using Aggregator.Core.Records;
using Xunit;

namespace Aggregator.Tests.Kafka;

/// <summary>A source with a reader that writes down what it gets, for tests that ask and wait.</summary>
internal sealed class SourceProbe : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ConcurrentQueue<SourceElement> _elements = new();
    private readonly Task _reading;
    private volatile bool _held;

    public SourceProbe(KafkaSettings settings, int batches = 8, bool start = true, bool shares = false, long recordsBetweenWaits = LeadLimit.UsualRecordsBetweenWaits)
    {
        Pool = new RecordBatchPool(batches);
        Source = new KafkaRecordSource(settings, Pool, Status, Log.For<KafkaRecordSource>(), TimeProvider.System)
        {
            SharesPartitions = shares,
            RecordsBetweenWaits = recordsBetweenWaits,
        };
        Committer = new OffsetCommitter(Source.Offsets, Status, Log.For<OffsetCommitter>(), TimeProvider.System);
        _reading = Task.Run(ReadAsync);
        if (start)
        {
            Source.Start();
        }
    }

    public RecordBatchPool Pool { get; }

    public KafkaRecordSource Source { get; }

    public OffsetCommitter Committer { get; }

    public ServiceStatus Status { get; } = new();

    public CapturedLog Log { get; } = new();

    /// <summary>Every element but batches and ends, by name, with the records between them: the order of things.</summary>
    public ConcurrentQueue<string> Story { get; } = new();

    /// <summary>Values of records since the last assignment, in order.</summary>
    public ConcurrentQueue<SeenRecord> Records { get; } = new();

    public IReadOnlyList<SourceElement> Elements => [.. _elements];

    public SourceElement.Assigned? Assigned { get; private set; }

    public int ViolationCount { get; private set; }

    /// <summary>Stops taking elements, as a slow fold does; false takes them again.</summary>
    public bool Held { get => _held; set => _held = value; }

    public async Task<SourceElement.Assigned> AssignedAsync(int partitions, long after = 0)
    {
        // The one that was found: by the time that this returns, it may have been taken away again.
        SourceElement.Assigned? found = null;
        await UntilAsync(() => (found = Assigned) is { } a && a.Number > after && a.Partitions.Count == partitions, $"an assignment of {partitions} partitions");
        return found!;
    }

    public Task RecordsAsync(int count) => UntilAsync(() => Records.Count >= count, $"{count} records, have {Records.Count}");

    public async Task UntilAsync(Func<bool> condition, string what, TimeSpan? patience = null)
    {
        long started = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(started) > (patience ?? Patience))
            {
                Assert.Fail($"Waited in vain for {what}.\nstory: {string.Join(", ", Story)}\nready: {Status.NotReadyReason}\nlog:\n{string.Join('\n', Log.Lines)}");
            }
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Held = false;
        await Source.DisposeAsync();
        await _reading;
        Committer.Dispose();
        Pool.Dispose();
    }

    private async Task ReadAsync()
    {
        await foreach (SourceElement element in Source.Elements.ReadAllAsync())
        {
            while (_held)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
            }
            _elements.Enqueue(element);
            Take(element);
        }
    }

    private void Take(SourceElement element)
    {
        switch (element)
        {
            case SourceElement.Batch { Records: var batch }:
                HashSet<PartitionId> assigned = [.. Assigned?.Partitions.Select(p => p.Partition) ?? []];
                for (int i = 0; i < batch.Count; i++)
                {
                    if (!assigned.Contains(batch.Partitions[i]))
                    {
                        ViolationCount++;
                    }
                    Records.Enqueue(SeenRecord.Of(batch, i));
                }
                Pool.Return(batch);
                break;
            case SourceElement.Assigned now:
                Records.Clear();
                Story.Enqueue($"assigned {now.Partitions.Count}");
                Assigned = now;
                break;
            case SourceElement.Unassigned:
                Assigned = null;
                Story.Enqueue("unassigned");
                break;
        }
    }
}
