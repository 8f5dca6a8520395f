using Aggregator.Core.Kafka;
using Aggregator.Core.Records;
using Xunit;

namespace Aggregator.Tests.Kafka;

public sealed class LogReadAheadTests
{
    private static readonly PartitionId First = new(RecordTopic.Latency, 0);
    private static readonly PartitionId Second = new(RecordTopic.Ack, 0);
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(30);

    [Fact]
    public void Each_partition_comes_whole_and_in_order()
    {
        Log first = new(First, 5_000);
        Log second = new(Second, 3);
        using LogReadAhead ahead = Open(first, second);

        Assert.Equal(Enumerable.Range(0, 3), ReadAll(ahead, Second, new()));
        Assert.Equal(Enumerable.Range(0, 5_000), ReadAll(ahead, First, new()));
        Assert.Equal(LogRead.End, ahead.Read(First, new(), TimeSpan.Zero));
    }

    [Fact]
    public void A_batch_for_a_single_record_gets_one_after_the_other()
    {
        using LogReadAhead ahead = Open(new Log(First, 2_500));

        Assert.Equal(Enumerable.Range(0, 2_500), ReadAll(ahead, First, new(capacity: 1)));
    }

    [Fact]
    public void One_that_nobody_asks_for_is_read_ahead_once()
    {
        Log waiting = new(First, 100_000);
        using LogReadAhead ahead = Open(waiting, new Log(Second, 50_000));

        Assert.Equal(50_000, ReadAll(ahead, Second, new()).Count);
        Assert.Equal(1, waiting.Reads);

        RecordBatch batch = new();
        Assert.Equal(LogRead.Records, ahead.Read(First, batch, Wait));
        Assert.Equal(0, batch.Offsets[0]);
    }

    [Fact]
    public void Where_nothing_comes_nothing_is_said()
    {
        using LogReadAhead ahead = Open(new Log(First, 10) { IsSilent = true });

        Assert.Equal(LogRead.Nothing, ahead.Read(First, new(), TimeSpan.Zero));
        Assert.Equal(LogRead.Nothing, ahead.Read(First, new(), TimeSpan.FromMilliseconds(1)));
    }

    [Fact]
    public void A_failure_comes_behind_the_records_before_it_and_concerns_no_other()
    {
        using LogReadAhead ahead = Open(new Log(First, 5_000) { FailsAt = 2_000 }, new Log(Second, 3_000));

        List<int> read = [];
        IOException failure = Assert.Throws<IOException>(() => ReadAll(ahead, First, new(), read));

        Assert.Equal("at 2000", failure.Message);
        Assert.Equal(Enumerable.Range(0, 2_000), read);
        Assert.Equal(3_000, ReadAll(ahead, Second, new()).Count);
        Assert.Throws<IOException>(() => ahead.Read(First, new(), TimeSpan.Zero));
    }

    [Fact]
    public void What_goes_wrong_between_reads_is_told_to_whoever_reads_on()
    {
        using LogReadAhead ahead = new(Readers(new Log(First, 2_000)), static () => throw new InvalidOperationException("round"), Wait);

        List<int> read = [];
        Assert.Equal("round", Assert.Throws<InvalidOperationException>(() => ReadAll(ahead, First, new(), read)).Message);
        Assert.Equal(Enumerable.Range(0, read.Count), read);
    }

    [Fact]
    public void Nothing_is_read_after_the_end()
    {
        Log log = new(First, 1_000_000);
        LogReadAhead ahead = Open(log);
        Assert.Equal(LogRead.Records, ahead.Read(First, new(), Wait));
        ahead.Dispose();
        int reads = log.Reads;

        Assert.InRange(reads, 1, 2);
        ahead.Dispose();
        Assert.Equal(reads, log.Reads);
    }

    [Fact]
    public void It_looks_after_other_things_while_it_has_nothing_to_read()
    {
        using CountdownEvent rounds = new(10);
        using LogReadAhead ahead = new(Readers(new Log(First, 5_000)), () => _ = rounds.IsSet || rounds.Signal(), TimeSpan.FromMilliseconds(1));

        Assert.True(rounds.Wait(Wait, TestContext.Current.CancellationToken));
    }

    private static LogReadAhead Open(params Log[] logs) => new(Readers(logs), static () => { }, Wait);

    private static Dictionary<PartitionId, Func<RecordBatch, TimeSpan, LogRead>> Readers(params Log[] logs) =>
        logs.ToDictionary(log => log.Partition, log => (Func<RecordBatch, TimeSpan, LogRead>)log.Read);

    private static List<int> ReadAll(LogReadAhead ahead, PartitionId partition, RecordBatch batch, List<int>? read = null)
    {
        read ??= [];
        for (LogRead step = LogRead.Nothing; step != LogRead.End; step = ahead.Read(partition, batch, Wait))
        {
            Assert.All(batch.Partitions.ToArray(), each => Assert.Equal(partition, each));
            read.AddRange(batch.Offsets.ToArray().Select(offset => (int)offset));
            batch.Clear();
        }
        return read;
    }

    private sealed class Log(PartitionId partition, int records)
    {
        private int _next;
        private int _reads;

        public PartitionId Partition => partition;

        public bool IsSilent { get; init; }

        public int FailsAt { get; init; } = -1;

        public int Reads => Volatile.Read(ref _reads);

        public LogRead Read(RecordBatch batch, TimeSpan wait)
        {
            if (IsSilent)
            {
                return LogRead.Nothing;
            }
            Interlocked.Increment(ref _reads);
            if (_next == FailsAt)
            {
                throw new IOException($"at {_next}");
            }
            if (_next == records)
            {
                return LogRead.End;
            }
            while (!batch.IsFull && _next < records && _next != FailsAt)
            {
                batch.Add(partition, _next++, 0, "value"u8);
            }
            return LogRead.Records;
        }
    }
}
