using Aggregator.Core.Kafka;
using Aggregator.Core.Records;
using Xunit;

namespace Aggregator.Tests.Kafka;

public sealed class LeadLimitTests
{
    private static readonly PartitionId Slow = new(RecordTopic.Latency, 0);
    private static readonly PartitionId Fast = new(RecordTopic.Ack, 0);

    private readonly Positions _positions = new();
    private readonly LeadLimit _lead = new(recordsBetweenWaits: 200);
    private long _batches;

    public LeadLimitTests()
    {
        StartOffset[] starts = [Start(Slow), Start(Fast)];
        _positions.Start(starts);
        _lead.Start(starts);
    }

    [Fact]
    public void A_partition_that_leads_by_more_than_20_s_waits_until_it_leads_by_10_s()
    {
        Assert.Empty(Read(Slow, 1000, seconds: 0));
        Assert.Empty(Read(Fast, 1000, seconds: 20));
        Assert.Equal([Fast], Read(Fast, 1001, seconds: 20.001));
        Assert.Equal([Fast], Read(Slow, 2000, seconds: 10));
        Assert.Empty(Read(Slow, 2001, seconds: 10.001));
    }

    [Fact]
    public void Between_two_waits_it_reads_its_share_of_the_records_however_far_it_leads()
    {
        Read(Slow, 1, seconds: 0);
        Assert.Empty(Read(Fast, 99, seconds: 500));
        Assert.Equal([Fast], Read(Fast, 100, seconds: 505));
        Assert.Empty(Read(Slow, 2, seconds: 500));
        Assert.Empty(Read(Fast, 199, seconds: 900));
        Assert.Equal([Fast], Read(Fast, 200, seconds: 901));
    }

    [Fact]
    public void One_that_is_read_to_its_end_holds_nobody_back()
    {
        Read(Slow, 1000, seconds: 0);
        Assert.Equal([Fast], Read(Fast, 1000, seconds: 100));
        _lead.Ends(Slow, 1001);
        Assert.Equal([Fast], Look());
        _lead.Ends(Slow, 1000);
        Assert.Empty(Look());
        _lead.Ends(Slow, 1500);
        Assert.Equal([Fast], Read(Fast, 2000, seconds: 200));
    }

    [Fact]
    public void One_of_which_nothing_was_read_yet_holds_nobody_back() => Assert.Empty(Read(Fast, 1000, seconds: 100));

    [Fact]
    public void Without_Kafka_timestamps_nobody_waits()
    {
        _positions.Set(Slow, 1000, RecordBatch.NoTimestamp);
        Assert.Empty(Read(Fast, 1000, seconds: 100));
    }

    [Fact]
    public void One_that_is_at_its_end_need_not_wait()
    {
        _lead.Ends(Fast, 1000);
        Read(Slow, 1, seconds: 0);
        Assert.Empty(Read(Fast, 1000, seconds: 100));
    }

    [Fact]
    public void With_a_new_assignment_nobody_waits_and_every_change_is_a_new_version()
    {
        Read(Slow, 1000, seconds: 0);
        long before = _lead.Version;
        Assert.Equal([Fast], Read(Fast, 1000, seconds: 100));
        long waiting = _lead.Version;
        _lead.Stop();

        Assert.Empty(_lead.Waiting);
        Assert.True(before < waiting && waiting < _lead.Version);
    }

    private static StartOffset Start(PartitionId partition) => new(new AssignedPartition(partition, 0, null, false), 0, StartReason.Earliest);

    private IReadOnlySet<PartitionId> Read(PartitionId partition, long next, double seconds)
    {
        _positions.Set(partition, next, 1712345640000 + (long)(seconds * 1000));
        _batches++;
        return Look();
    }

    private IReadOnlySet<PartitionId> Look()
    {
        _lead.Look(_positions, _batches);
        return _lead.Waiting;
    }
}
