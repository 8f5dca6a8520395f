using Aggregator.Core.Kafka;
using Aggregator.Core.Records;
using Xunit;

namespace Aggregator.Tests.Kafka;

public sealed class StartOffsetsTests
{
    private static readonly PartitionId Partition = new(RecordTopic.Ack, 3);
    private static readonly CommitMetadata Metadata = new(1000, 500);

    [Fact]
    public void A_committed_offset_is_where_it_starts() =>
        Expect(new StartOffset(At(70, Metadata), 0, StartReason.Committed, CommitMetadataOutcome.Usable), committed: 70);

    [Theory]
    [InlineData(10)]
    [InlineData(100)]
    public void Both_ends_of_the_log_are_in_it(long committed) =>
        Expect(new StartOffset(At(committed, Metadata), 0, StartReason.Committed, CommitMetadataOutcome.Usable), committed);

    [Fact]
    public void Without_a_commit_it_starts_at_the_first_record() =>
        Expect(new StartOffset(At(10, null), 0, StartReason.Earliest), committed: null);

    [Fact]
    public void Without_a_commit_it_starts_at_the_end_if_so_configured() =>
        Expect(new StartOffset(new AssignedPartition(Partition, 100, null, FromLatest: true), 0, StartReason.Latest), committed: null, latest: true);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_partition_that_was_added_to_a_known_topic_is_read_from_its_first_record(bool latest) =>
        Expect(new StartOffset(At(10, null) with { IsNew = true }, 0, StartReason.NewPartition), committed: null, latest: latest, isNew: false);

    [Fact]
    public void A_commit_before_the_first_record_says_how_many_are_lost_and_keeps_what_it_knew() =>
        Expect(new StartOffset(At(10, Metadata), 6, StartReason.RecordsLost, CommitMetadataOutcome.Usable), committed: 4);

    [Fact]
    public void A_commit_beyond_the_end_means_another_log_whose_watermark_is_not_known() =>
        Expect(new StartOffset(At(10, Metadata with { WatermarkMs = null }), 0, StartReason.LogReplaced, CommitMetadataOutcome.Usable), committed: 101);

    [Theory]
    [InlineData("v2;x=1", CommitMetadataOutcome.NewerVersion)]
    [InlineData("garbage", CommitMetadataOutcome.Damaged)]
    [InlineData("", CommitMetadataOutcome.Absent)]
    public void A_commit_without_usable_metadata_still_tells_the_offset(string metadata, object outcome) =>
        Expect(new StartOffset(At(70, null), 0, StartReason.Committed, (CommitMetadataOutcome)outcome), committed: 70, metadata: metadata);

    private static AssignedPartition At(long offset, CommitMetadata? metadata) => new(Partition, offset, metadata, FromLatest: false);

    private static void Expect(StartOffset expected, long? committed, bool latest = false, bool? isNew = null, string? metadata = null)
    {
        var log = new PartitionLog(Partition, committed, metadata ?? (committed is null ? null : Metadata.Format()), Earliest: 10, End: 100);

        Assert.Equal(expected, Assert.Single(StartOffsets.Decide([log], latest, isNew ?? committed is null)));
    }
}
