using Aggregator.Core.Records;
using Confluent.Kafka;

namespace Aggregator.Core.Kafka;

/// <summary>
/// Copies a record's bytes out of librdkafka's memory straight into the current batch: Confluent.Kafka shows them only to its deserializers, the key first,
/// and tells the position afterwards (<see cref="RecordBatch.PlaceLast"/>).
/// </summary>
// HOT: once per record. The results are empty structs, so that nothing is allocated for them.
internal sealed class BatchWriter(bool keepKeys) : IDeserializer<BatchWriter.CopiedKey>, IDeserializer<BatchWriter.CopiedValue>
{
    private byte[] _key = [];
    private int _keyLength = -1;

    /// <summary>Where records go; null drops them.</summary>
    public RecordBatch? Target { get; set; }

    CopiedKey IDeserializer<CopiedKey>.Deserialize(ReadOnlySpan<byte> data, bool isNull, SerializationContext context)
    {
        if (keepKeys && Target is not null)
        {
            KeepKey(data, isNull);
        }
        return default;
    }

    CopiedValue IDeserializer<CopiedValue>.Deserialize(ReadOnlySpan<byte> data, bool isNull, SerializationContext context)
    {
        if (Target is { } target)
        {
            ReadOnlySpan<byte> key = _keyLength > 0 ? _key.AsSpan(0, _keyLength) : default;
            target.Add(default, 0, 0, data, !isNull, key, _keyLength >= 0);
            _keyLength = -1;
        }
        return default;
    }

    private void KeepKey(ReadOnlySpan<byte> data, bool isNull)
    {
        if (data.Length > _key.Length)
        {
            _key = new byte[Math.Max(256, data.Length)];
        }
        data.CopyTo(_key);
        _keyLength = isNull ? -1 : data.Length;
    }

    internal readonly struct CopiedKey;

    internal readonly struct CopiedValue;
}
