using System.Text;
using Aggregator.Core.Generation;
using Xunit;

namespace Aggregator.Tests.Generation;

public class Murmur2PartitionerTests
{
    // the hashes that Kafka's own tests name
    [Theory]
    [InlineData("21", -973932308)]
    [InlineData("foobar", -790332482)]
    [InlineData("a-little-bit-long-string", -985981536)]
    [InlineData("a-little-bit-longer-string", -1486304829)]
    [InlineData("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971)]
    [InlineData("abc", 479470107)]
    public void The_hash_is_the_one_of_Kafka(string key, int hash) => Assert.Equal(hash, unchecked((int)Murmur2Partitioner.Hash(Encoding.UTF8.GetBytes(key))));

    [Theory]
    [InlineData("foobar", 4, (-790332482 & 0x7FFFFFFF) % 4)]
    [InlineData("abc", 7, 479470107 % 7)]
    public void The_partition_is_the_hash_without_its_sign_modulo_the_partitions(string key, int partitions, int partition) =>
        Assert.Equal(partition, Murmur2Partitioner.PartitionOf(Encoding.UTF8.GetBytes(key), partitions));
}
