using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Aggregator.Core.Records;

namespace Aggregator.Core.Windows;

/// <summary>
/// Counts of the fold: every record read, and every record or fact that did not make it into a result, by reason. They only grow.
/// Written by the fold alone; read at any time by others (a 64-bit read is atomic).
/// </summary>
public sealed class FoldCounters
{
    private readonly long[] _records = new long[2];
    private readonly long[,] _rejected = new long[2, Enum.GetValues<RejectReason>().Length];
    private readonly long[,] _late = new long[Enum.GetValues<FactKind>().Length, Enum.GetValues<LateCause>().Length];
    private readonly long[] _duplicates = new long[Enum.GetValues<FactKind>().Length];
    private readonly long[] _samplesLeftOut = new long[Enum.GetValues<SampleLoss>().Length];
    private readonly long[] _limited = new long[Enum.GetValues<LimitKind>().Length];

    /// <summary>Records read, rejected ones included.</summary>
    public long Records(RecordTopic topic) => _records[(int)topic];

    public long Rejected(RecordTopic topic, RejectReason reason) => _rejected[(int)topic, (int)reason];

    public long Late(FactKind kind, LateCause cause) => _late[(int)kind, (int)cause];

    /// <summary>Duplicate facts; only <see cref="FactKind.Sent"/> and <see cref="FactKind.Received"/> have any.</summary>
    public long Duplicates(FactKind kind) => _duplicates[(int)kind];

    public long SamplesLeftOut(SampleLoss loss) => _samplesLeftOut[(int)loss];

    /// <summary>Records that were decoded by the general reader, because no earlier record had their shape.</summary>
    public long DecodeFallbacks { get; private set; }

    /// <summary>Sampled ids that both topics have in partitions of different numbers, though <see cref="DeliveryJoinScope.Partition"/> says that they have not.</summary>
    public long MisplacedIds { get; private set; }

    /// <summary>Facts that a limit left out of what it limits.</summary>
    public long Limited(LimitKind kind) => _limited[(int)kind];

    /// <summary>All counts, for <see cref="Restore"/> in this version of the program.</summary>
    public long[] Save() =>
    [
        .. _records, .. _rejected.Cast<long>(), .. _late.Cast<long>(), .. _duplicates, .. _samplesLeftOut, .. _limited,
    ];

    /// <summary>Sets all counts to what <see cref="Save"/> gave. The one case in which they go back: what is counted again was counted before.</summary>
    /// <exception cref="ArgumentException">Another version of the program saved them.</exception>
    public void Restore(IReadOnlyList<long> saved)
    {
        Array[] all = [_records, _rejected, _late, _duplicates, _samplesLeftOut, _limited];
        if (saved.Count != all.Sum(counts => counts.Length))
        {
            throw new ArgumentException($"{saved.Count} counts are not those of this version.", nameof(saved));
        }
        long[] flat = [.. saved];
        int at = 0;
        foreach (Array counts in all)
        {
            Buffer.BlockCopy(flat, at * sizeof(long), counts, 0, counts.Length * sizeof(long));
            at += counts.Length;
        }
    }

    public void CountRecords(RecordTopic topic, int count) => _records[(int)topic] += count;

    public void CountRejected(RecordTopic topic, RejectReason reason) => _rejected[(int)topic, (int)reason]++;

    public void CountLate(FactKind kind, LateCause cause) => _late[(int)kind, (int)cause]++;

    public void CountDuplicate(FactKind kind) => _duplicates[(int)kind]++;

    public void CountSampleLeftOut(SampleLoss loss) => _samplesLeftOut[(int)loss]++;

    public void CountDecodeFallbacks(long records) => DecodeFallbacks += records;

    public void CountMisplacedId() => MisplacedIds++;

    public void CountLimited(LimitKind kind, long facts) => _limited[(int)kind] += facts;

    /// <summary>Takes over what another one has counted since the last time; that one begins at 0 again.</summary>
    internal void Take(FoldCounters other)
    {
        Take(_records, other._records);
        Take(_rejected, other._rejected);
        Take(_late, other._late);
        Take(_duplicates, other._duplicates);
        Take(_samplesLeftOut, other._samplesLeftOut);
        Take(_limited, other._limited);
        DecodeFallbacks += other.DecodeFallbacks;
        other.DecodeFallbacks = 0;
    }

    private static void Take(Array into, Array from)
    {
        Span<long> counts = Counts(into);
        Span<long> others = Counts(from);
        for (int i = 0; i < counts.Length; i++)
        {
            counts[i] += others[i];
        }
        others.Clear();
    }

    private static Span<long> Counts(Array array) =>
        MemoryMarshal.CreateSpan(ref Unsafe.As<byte, long>(ref MemoryMarshal.GetArrayDataReference(array)), array.Length);
}
