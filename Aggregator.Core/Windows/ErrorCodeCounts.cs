using Aggregator.Core.Records;
using Aggregator.Core.Sketches;

namespace Aggregator.Core.Windows;

/// <summary>Acknowledgements with an error code, by code.</summary>
internal sealed class ErrorCodeCounts(int limit)
{
    private readonly LimitedSlots<CodeCount> _codes = new(limit);

    /// <summary>Facts that the limit on codes left out.</summary>
    public long LeftOut { get; private set; }

    public void Add(ulong code, RecordDecoder decoder, DecodedRecord record, ReadOnlySpan<byte> value)
    {
        if (_codes.Offer(code, out int slot, out CodeCount? evicted))
        {
            _codes.Fill(_codes.TakeFormer() ?? new(decoder.ErrorCodeText(value, record)));
        }
        LeftOut += evicted?.Count ?? 0;
        if (slot == BottomK.NoSlot)
        {
            LeftOut++;
        }
        else
        {
            _codes[slot]!.Count++;
        }
    }

    /// <summary>Begins anew.</summary>
    public void Clear()
    {
        LeftOut = 0;
        _codes.Restart();
    }

    /// <summary>Adds the counts of another one, for which nothing but <see cref="Clear"/> may follow.</summary>
    public void Merge(ErrorCodeCounts other)
    {
        LeftOut += other.LeftOut;
        _codes.Merge(other._codes, static (into, from) => into.Count += from.Count, left => LeftOut += left.Count);
    }

    /// <summary>Ordered by code in UTF-16 code units.</summary>
    public IReadOnlyList<KeyValuePair<string, long>> ToList() =>
        [.. _codes.Kept.OrderBy(code => code.Code, StringComparer.Ordinal).Select(code => KeyValuePair.Create(code.Code, code.Count))];

    private sealed class CodeCount(string code) : IClearable
    {
        public string Code { get; } = code;

        public long Count { get; set; }

        public void Clear() => Count = 0;
    }
}
