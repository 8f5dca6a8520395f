using System.Text;
using Aggregator.Core.Diagnostics;
using Aggregator.Core.Kafka;
using Aggregator.Core.Pipeline;
using Aggregator.Core.Publishing;
using Aggregator.Core.Records;
using Aggregator.Core.Windows;
using Aggregator.Tests.Simulation;
using Aggregator.Tests.Support;
using Aggregator.Tests.Windows;

namespace Aggregator.Tests.Pipeline;

/// <summary>The live fold over one partition of each topic, with clocks that the test moves: records are written, read, and the brokers asked for the ends. Commits succeed at once.</summary>
internal sealed class LiveRun
{
    public static readonly PartitionId Latency = new(RecordTopic.Latency, 0);
    public static readonly PartitionId Ack = new(RecordTopic.Ack, 0);

    private readonly AggregationSettings _settings = new();
    private readonly CommitProgress _commits = new();
    private readonly LiveFold _fold;
    private readonly HashSet<(PartitionId Partition, long Offset)> _read = [];
    private readonly List<string> _lines = [];

    /// <param name="committed">The metadata of the commit that the latency partition starts at; null without one.</param>
    public LiveRun(CommitMetadata? committed = null)
    {
        _fold = new(_settings, new(), new(), Counters, Status, null, _commits, Clock);
        Take(new SourceElement.Assigned([new(Latency, 0, committed, false), new(Ack, 0, null, false)], 1, 1) { Number = 1 });
    }

    /// <summary>Starts at <see cref="Windows.Records.T0"/>.</summary>
    public SimulatedClock Clock { get; } = new(Windows.Records.T0);

    public FoldCounters Counters { get; } = new();

    public ServiceStatus Status { get; } = new();

    /// <summary>What is in the topics. Times are ms after <see cref="Windows.Records.T0"/>.</summary>
    public Windows.Records Log { get; } = new();

    /// <summary>The windows published so far.</summary>
    public IReadOnlyList<string> Lines => _lines;

    /// <summary>What a replay of the topics gives.</summary>
    public IReadOnlyList<string> Replay => FoldRun.Whole(_settings, Log.All).Lines;

    public long AfterIdle => Enum.GetValues<FactKind>().Sum(kind => Counters.Late(kind, LateCause.AfterIdle));

    /// <summary>Ms after <see cref="Windows.Records.T0"/> by the wall clock.</summary>
    public long NowMs => Clock.WallMs - Windows.Records.T0;

    /// <summary>The watermark of a partition in ms after <see cref="Windows.Records.T0"/>; null while it has none.</summary>
    public long? WatermarkMs(PartitionId partition) =>
        Status.Partitions.Single(status => status.Topic == new KafkaSettings().TopicName(partition.Topic)).WatermarkMs - Windows.Records.T0;

    /// <summary>A message, sent, received and acknowledged at a time (now, unless said otherwise), is written.</summary>
    public void WriteMessage(string id, long? atMs = null)
    {
        long at = atMs ?? NowMs;
        Log.Message(id, at, 20, "u1", "u2").Ack(id, at + 50, "u2");
    }

    /// <summary>Everything that is written is read, or that of one partition only.</summary>
    public void Read(PartitionId? only = null)
    {
        EnvelopeRecord[] records = [.. Log.All.Where(record => (only is null || record.Partition == only) && _read.Add((record.Partition, record.Offset)))];
        if (records.Length == 0)
        {
            return;
        }
        RecordBatch batch = new(records.Length, 4096);
        foreach (EnvelopeRecord record in records)
        {
            batch.Add(record.Partition, record.Offset, record.TimestampMs, record.Value, record.Value is not null);
        }
        Take(new SourceElement.Batch(batch));
    }

    /// <summary>The brokers are asked for the ends; their answer may come later.</summary>
    public SourceElement.EndOffsets Ask() => new(Clock.GetUtcNow(), Clock.GetTimestamp(),
    [
        .. new[] { Latency, Ack }.Select(partition => KeyValuePair.Create(partition, (long)Log.All.Count(record => record.Partition == partition))),
    ]);

    public void Take(SourceElement element)
    {
        if (_fold.On(element) is not { } step)
        {
            return;
        }
        foreach (WindowResult window in step.Results.Windows)
        {
            foreach (GroupResult group in window.Groups)
            {
                using MemoryStream line = new();
                ResultLine.Write(line, window.Window, group, _settings.Groups);
                _lines.Add(Encoding.UTF8.GetString(line.GetBuffer().AsSpan(0, (int)line.Length - 1)));
            }
        }
        _commits.Committed(step.Number);
    }

    /// <summary>Time passes; every second the brokers are asked, and something may be done before.</summary>
    public void Pass(int seconds, Action? eachSecond = null)
    {
        for (int i = 0; i < seconds; i++)
        {
            Clock.Advance(1_000);
            eachSecond?.Invoke();
            Take(Ask());
        }
    }
}
