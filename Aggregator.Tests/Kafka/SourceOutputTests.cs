using Aggregator.Core.Kafka;
using Aggregator.Core.Records;
using Xunit;

namespace Aggregator.Tests.Kafka;

public sealed class SourceOutputTests
{
    private static readonly PartitionId Latency0 = new(RecordTopic.Latency, 0);
    private static readonly SourceElement.Assigned Assigned = new([new AssignedPartition(Latency0, 0, null, false)], 1, 1) { Number = 1 };

    [Fact]
    public void What_nobody_took_before_a_revocation_is_taken_back_and_its_batches_are_free_again()
    {
        using var pool = new RecordBatchPool(batches: 2, recordsPerBatch: 2);
        var output = new SourceOutput(pool, TimeProvider.System, keepKeys: false);
        output.Announce(Assigned);
        Assert.Equal([Assigned], Taken(output));
        Read(output, offset: 0, count: 3);
        Assert.Equal(2, pool.InUse); // one is handed over, the other is being filled

        output.Void();

        Assert.Equal([new SourceElement.Unassigned()], Taken(output));
        Assert.Equal(0, pool.InUse);
    }

    [Fact]
    public void A_revocation_that_nobody_heard_of_is_told_again_after_the_next()
    {
        using var pool = new RecordBatchPool(batches: 2, recordsPerBatch: 2);
        var output = new SourceOutput(pool, TimeProvider.System, keepKeys: false);
        output.Announce(Assigned);
        Taken(output);
        output.Void();

        output.Void();

        Assert.Equal([new SourceElement.Unassigned()], Taken(output));
        output.Void();
        Assert.Empty(Taken(output));
    }

    private static void Read(SourceOutput output, long offset, int count)
    {
        for (int i = 0; i < count; i++)
        {
            Assert.True(output.HasRoom(TimeSpan.Zero));
            output.Add(new IncomingRecord(Latency0, offset + i, 0, "{}"u8, true));
        }
    }

    private static List<SourceElement> Taken(SourceOutput output)
    {
        List<SourceElement> taken = [];
        while (output.Elements.TryRead(out SourceElement? element))
        {
            taken.Add(element);
        }
        return taken;
    }
}
