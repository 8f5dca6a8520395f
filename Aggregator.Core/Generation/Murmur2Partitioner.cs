using System.Buffers.Binary;

namespace Aggregator.Core.Generation;

/// <summary>The partition that Kafka's own clients choose for a key: murmur2 of its bytes, without the sign, modulo the number of partitions.</summary>
public static class Murmur2Partitioner
{
    public static int PartitionOf(ReadOnlySpan<byte> key, int partitions) => (int)((Hash(key) & 0x7FFF_FFFF) % (uint)partitions);

    /// <summary>32-bit murmur2 with Kafka's seed.</summary>
    public static uint Hash(ReadOnlySpan<byte> key)
    {
        const uint Multiplier = 0x5BD1E995;
        uint hash = 0x9747B28C ^ (uint)key.Length;
        for (; key.Length >= 4; key = key[4..])
        {
            uint word = BinaryPrimitives.ReadUInt32LittleEndian(key) * Multiplier;
            hash = (hash * Multiplier) ^ ((word ^ (word >> 24)) * Multiplier);
        }
        if (key.Length > 0)
        {
            for (int i = key.Length - 1; i >= 0; i--)
            {
                hash ^= (uint)key[i] << (8 * i);
            }
            hash *= Multiplier;
        }
        hash = (hash ^ (hash >> 13)) * Multiplier;
        return hash ^ (hash >> 15);
    }
}
