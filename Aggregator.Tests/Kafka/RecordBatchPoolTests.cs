using Aggregator.Core.Kafka;
using Aggregator.Core.Records;
using Xunit;

namespace Aggregator.Tests.Kafka;

public class RecordBatchPoolTests
{
    [Fact]
    public void Several_lanes_get_fewer_and_larger_batches_of_as_much_memory()
    {
        using var one = RecordBatchPool.For(1);
        using var two = RecordBatchPool.For(2);

        Assert.Equal(8L * 1024 * 1024, (long)one.Batches * one.BytesPerBatch);
        Assert.Equal((long)one.Batches * one.BytesPerBatch, (long)two.Batches * two.BytesPerBatch);
        Assert.Equal(4 * Rent(one).Capacity, Rent(two).Capacity);
    }

    [Fact]
    public void No_more_batches_are_given_out_than_there_are_until_one_comes_back()
    {
        using var pool = RecordBatchPool.For(2);
        RecordBatch[] taken = [.. Enumerable.Range(0, pool.Batches).Select(_ => Rent(pool))];

        Assert.Null(pool.TryRent(TimeSpan.Zero));
        pool.Return(taken[0]);
        Assert.Same(taken[0], pool.TryRent(TimeSpan.Zero));
    }

    private static RecordBatch Rent(RecordBatchPool pool) => pool.TryRent(TimeSpan.Zero)!;
}
