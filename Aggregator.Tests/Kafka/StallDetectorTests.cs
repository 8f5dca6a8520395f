using Aggregator.Core.Kafka;
using Aggregator.Core.Records;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Aggregator.Tests.Kafka;

public sealed class StallDetectorTests
{
    private static readonly PartitionId Partition = new(RecordTopic.Ack, 1);
    private readonly FakeTimeProvider _time = new();
    private readonly Positions _positions = new();
    private readonly StallDetector _detector;

    public StallDetectorTests()
    {
        _detector = new StallDetector(_time, TimeSpan.FromSeconds(30));
        _positions.Start([new StartOffset(new AssignedPartition(Partition, 5, null, false), 0, StartReason.Earliest)]);
    }

    [Fact]
    public void A_partition_that_has_more_and_brings_nothing_for_long_is_noticed()
    {
        Assert.Null(Look(end: 10));
        _time.Advance(TimeSpan.FromSeconds(29));
        Assert.Null(Look(end: 11));
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(Partition, Look(end: 12));
        Assert.Equal(1, _detector.Stalls);
    }

    [Fact]
    public void However_slow_a_partition_with_progress_is_not_stalled()
    {
        for (int position = 5; position < 12; position++)
        {
            _positions.SkipTo(Partition, position);
            Assert.Null(Look(end: 20));
            _time.Advance(TimeSpan.FromSeconds(29));
        }
    }

    [Fact]
    public void A_partition_at_its_end_is_not_stalled()
    {
        Look(end: 5);
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Null(Look(end: 5));
        Assert.Null(Look(end: 6));
    }

    [Fact]
    public void Time_in_which_nothing_could_be_read_does_not_count()
    {
        Look(end: 10);
        _time.Advance(TimeSpan.FromSeconds(60));
        _detector.Restart();
        Assert.Null(Look(end: 10));
    }

    [Fact]
    public void Stalls_are_counted_until_there_is_progress()
    {
        for (int stall = 1; stall <= 3; stall++)
        {
            Look(end: 10);
            _time.Advance(TimeSpan.FromSeconds(30));
            Assert.Equal(Partition, Look(end: 10));
            Assert.Equal(stall, _detector.Stalls);
        }
        Look(end: 10);
        _positions.SkipTo(Partition, 6);
        Look(end: 10);
        Assert.Equal(0, _detector.Stalls);
    }

    [Fact]
    public void A_partition_that_waits_for_others_is_not_stalled()
    {
        Assert.Null(Look(end: 10));
        _time.Advance(TimeSpan.FromSeconds(29));
        Assert.Null(Look(end: 10, waits: true));
        _time.Advance(TimeSpan.FromSeconds(29));
        Assert.Null(Look(end: 10));
        _time.Advance(TimeSpan.FromSeconds(29));
        Assert.Null(Look(end: 10));
    }

    private PartitionId? Look(long end, bool waits = false) => _detector.Look(
        new SourceElement.EndOffsets(_time.GetUtcNow(), _time.GetTimestamp(), [KeyValuePair.Create(Partition, end)]), _positions,
        waits ? new HashSet<PartitionId> { Partition } : []);
}
