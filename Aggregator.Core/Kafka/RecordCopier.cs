using Confluent.Kafka;

namespace Aggregator.Core.Kafka;

/// <summary>
/// Copies a record's bytes out of librdkafka's memory: Confluent.Kafka shows them only to its deserializers, the key first, and tells the position afterwards.
/// </summary>
// HOT: once per record. The results are empty structs, so that nothing is allocated for them.
internal sealed class RecordCopier(bool keepKeys) : IDeserializer<RecordCopier.CopiedKey>, IDeserializer<RecordCopier.CopiedValue>
{
    /// <summary>Larger ones are not kept, so that one huge record does not stay in memory for ever.</summary>
    private const int KeptBytes = 1024 * 1024;

    private byte[] _key = [];
    private byte[] _value = [];
    private int _keyLength = -1;
    private int _valueLength = -1;

    /// <summary>The key of the last record; empty where it has none.</summary>
    public ReadOnlySpan<byte> Key => _key.AsSpan(0, Math.Max(0, _keyLength));

    public bool HasKey => _keyLength >= 0;

    /// <summary>The value of the last record; empty where it has none.</summary>
    public ReadOnlySpan<byte> Value => _value.AsSpan(0, Math.Max(0, _valueLength));

    public bool HasValue => _valueLength >= 0;

    CopiedKey IDeserializer<CopiedKey>.Deserialize(ReadOnlySpan<byte> data, bool isNull, SerializationContext context)
    {
        if (keepKeys)
        {
            _keyLength = Copy(data, isNull, ref _key);
        }
        return default;
    }

    CopiedValue IDeserializer<CopiedValue>.Deserialize(ReadOnlySpan<byte> data, bool isNull, SerializationContext context)
    {
        _valueLength = Copy(data, isNull, ref _value);
        return default;
    }

    private static int Copy(ReadOnlySpan<byte> data, bool isNull, ref byte[] into)
    {
        if (data.Length > into.Length || into.Length > KeptBytes)
        {
            into = new byte[Math.Max(1024, data.Length)];
        }
        data.CopyTo(into);
        return isNull ? -1 : data.Length;
    }

    internal readonly struct CopiedKey;

    internal readonly struct CopiedValue;
}
