using System.Numerics;
using System.Runtime.CompilerServices;

namespace Aggregator.Core.Windows;

/// <summary>
/// What is known of each delivery id in one window: whether it was sent there, received, and acknowledged there. One probe answers all three.
/// <para>
/// A slot is 64 bits: a tag of the id's hash, an offset in milliseconds within the window and five flags. The tag is the part of the hash that does not choose the slot,
/// so that two ids are taken for one only where both agree: with one-minute windows the tag has 43 bits, which at 10,000 messages/s makes some 4·10⁻⁷ false matches a window.
/// The offset is the first <c>send_ts</c>, or the earliest acknowledgement once there is one in the window: from then on the delivery is certain, for the time-out is at least
/// a window long, and only the acknowledgement's time may still matter to another window.
/// </para>
/// <para>
/// Slots cannot be moved (a part of the hash is gone), so a full table is not rehashed: a larger segment is added, and new ids go there. There is one segment
/// where the table is sized by the window before.
/// </para>
/// </summary>
// HOT: one or two probes a record. Benchmark: FoldBenchmark.
public sealed class DeliveryTable
{
    private const ulong SentFlag = 1;
    private const ulong ReceivedFlag = 2;
    private const ulong AckedFlag = 4;

    /// <summary>Acknowledged in another window, in time for this one.</summary>
    private const ulong DeliveredFlag = 8;

    /// <summary>The same id was also sent in a neighbouring window, so an acknowledgement must look there too.</summary>
    private const ulong SentElsewhereFlag = 16;
    private const int FlagBits = 5;

    private const int SmallestSegment = 256;

    // Without a window to go by. Each further segment is one more place to look, so they grow fast, up to a size where that would be a waste.
    private const int FirstSegment = 4096;
    private const int SmallSegments = 1 << 20;
    private const int SmallGrowth = 16;
    private const int Growth = 2;

    // Behind a segment that was sized by a window, one for what this one brings more.
    private const int RestPart = 4;
    private const int LeastWithRest = 1 << 16;

    private readonly int _stateBits;
    private readonly ulong _tagMask;
    private readonly int _groupColumns;
    private readonly SpareTables _spares;
    private readonly List<DeliverySegment> _segments = [];
    private DeliverySegment _newest;

    /// <param name="windowMs">The size of the window.</param>
    /// <param name="groupColumns">How many group slots are kept beside each id.</param>
    /// <param name="expectedIds">How many ids there will probably be.</param>
    /// <param name="spares">Has the memory.</param>
    public DeliveryTable(long windowMs, int groupColumns, int expectedIds, SpareTables spares)
    {
        _spares = spares;
        _stateBits = FlagBits + BitOperations.Log2((ulong)windowMs) + 1;
        _tagMask = ulong.MaxValue << _stateBits;
        _groupColumns = groupColumns;
        _newest = AddSegment(expectedIds == 0 ? FirstSegment : (int)Math.Clamp(expectedIds * 5L / 4, SmallestSegment, Array.MaxLength / 2));
    }

    /// <summary>Ids in the table, sent or acknowledged.</summary>
    public int Count { get; private set; }

    /// <summary>The id will be looked for soon.</summary>
    public void Prefetch(ulong id)
    {
        _newest.Prefetch(id, _stateBits, _groupColumns);
        for (int s = _segments.Count - 2; s >= 0; s--)
        {
            _segments[s].Prefetch(id, _stateBits, 0);
        }
    }

    /// <summary>Notes that the id was sent, and maybe received.</summary>
    /// <param name="id">The hash of the delivery id.</param>
    /// <param name="sendOffsetMs"><c>send_ts</c> from the start of the window on.</param>
    /// <param name="isReceived">Whether the record also brings a received fact that counts.</param>
    /// <param name="entry">Where the id is: valid until the next call.</param>
    public ReportChange Report(ulong id, int sendOffsetMs, bool isReceived, out Entry entry)
    {
        entry = FindOrAdd(id);
        ref ulong slot = ref entry.Slot;
        ReportChange change = ReportChange.None;
        if ((slot & SentFlag) == 0)
        {
            change = ReportChange.NewSent;
            // An acknowledgement that came first keeps its own time: the delivery is certain already.
            slot |= (slot & AckedFlag) != 0 ? SentFlag : SentFlag | OffsetState(sendOffsetMs);
        }
        if (isReceived && (slot & ReceivedFlag) == 0)
        {
            change |= ReportChange.NewReceived;
            slot |= ReceivedFlag;
        }
        return change;
    }

    /// <summary>Notes a successful acknowledgement within the window.</summary>
    /// <returns>True where the acknowledgement cannot concern a message of another window, as far as is known.</returns>
    public bool Acknowledge(ulong id, int ackOffsetMs)
    {
        ref ulong slot = ref FindOrAdd(id).Slot;
        if ((slot & AckedFlag) == 0 || ackOffsetMs < OffsetOf(slot))
        {
            slot = (slot & ~OffsetMask) | OffsetState(ackOffsetMs) | AckedFlag;
        }
        return (slot & (SentFlag | SentElsewhereFlag)) == SentFlag;
    }

    /// <summary>An acknowledgement of another window: delivers the message that was sent here, if it was, in time.</summary>
    /// <param name="id">The hash of the delivery id.</param>
    /// <param name="latestSendOffsetMustReachMs">
    /// The acknowledgement is in time for a message sent at this offset or later; 0 where it is in time for every message of the window.
    /// </param>
    public void AcknowledgeFromElsewhere(ulong id, int latestSendOffsetMustReachMs)
    {
        Entry entry = Find(id);
        if (entry.IsFound && (entry.Slot & (SentFlag | AckedFlag)) == SentFlag && OffsetOf(entry.Slot) >= latestSendOffsetMustReachMs)
        {
            entry.Slot |= DeliveredFlag;
        }
    }

    /// <summary>Looks for the id on behalf of a neighbouring window in which it was sent just now, and notes that.</summary>
    /// <param name="id">The hash of the delivery id.</param>
    /// <param name="earliestAckMs">The earliest acknowledgement within this window as an offset; <see cref="int.MaxValue"/> where there is none.</param>
    /// <returns>Whether the id was sent in this window too.</returns>
    public bool IsSent(ulong id, out int earliestAckMs)
    {
        earliestAckMs = int.MaxValue;
        Entry entry = Find(id);
        if (!entry.IsFound)
        {
            return false;
        }
        if ((entry.Slot & AckedFlag) != 0)
        {
            earliestAckMs = OffsetOf(entry.Slot);
        }
        bool isSent = (entry.Slot & SentFlag) != 0;
        if (isSent)
        {
            entry.Slot |= SentElsewhereFlag;
        }
        return isSent;
    }

    /// <summary>Notes what the neighbours said of an id that was sent here just now.</summary>
    public static void NoteNeighbours(in Entry entry, bool isDelivered, bool isSentElsewhere) =>
        entry.Slot |= (isDelivered ? DeliveredFlag : 0) | (isSentElsewhere ? SentElsewhereFlag : 0);

    /// <summary>Visits every id that was sent: its group slots, and whether it was delivered.</summary>
    public void VisitSent(SentVisitor visit)
    {
        foreach (DeliverySegment segment in _segments)
        {
            ReadOnlySpan<ulong> slots = segment.All;
            for (int i = 0; i < slots.Length; i++)
            {
                ulong slot = slots[i];
                if ((slot & SentFlag) != 0)
                {
                    visit(segment.Groups.AsSpan(i * _groupColumns, _groupColumns), (slot & (AckedFlag | DeliveredFlag)) != 0);
                }
            }
        }
    }

    /// <summary>Gives the memory back for other tables. Nothing else may follow.</summary>
    public void Release()
    {
        foreach (DeliverySegment segment in _segments)
        {
            segment.Release(_spares);
        }
        _segments.Clear();
    }

    /// <summary>Takes one sent id.</summary>
    public delegate void SentVisitor(ReadOnlySpan<int> groups, bool isDelivered);

    private ulong OffsetMask => ~_tagMask & ~((1UL << FlagBits) - 1);

    private static ulong OffsetState(int offsetMs) => (ulong)offsetMs << FlagBits;

    private int OffsetOf(ulong slot) => (int)((slot & OffsetMask) >> FlagBits);

    private Entry Find(ulong id)
    {
        Entry found = _newest.Find(id, _stateBits, _tagMask, _groupColumns, out _);
        return found.IsFound || _segments.Count == 1 ? found : FindOlder(id);
    }

    private Entry FindOrAdd(ulong id)
    {
        Entry found = _newest.Find(id, _stateBits, _tagMask, _groupColumns, out int free);
        if (!found.IsFound && _segments.Count > 1)
        {
            found = FindOlder(id);
        }
        return found.IsFound ? found : Add(id, free);
    }

    private Entry Add(ulong id, int free)
    {
        if (_newest.IsFull)
        {
            long size = _newest.Length;
            size = _segments.Count == 1 && size >= LeastWithRest ? size / RestPart
                : size * SmallGrowth <= SmallSegments ? size * SmallGrowth
                : size * Growth;
            _newest = AddSegment((int)Math.Min(size, Array.MaxLength / 2));
            _newest.Find(id, _stateBits, _tagMask, _groupColumns, out free);
        }
        Count++;
        // A slot without a flag would look empty; every caller sets one before anything else looks.
        return _newest.Take(free, id & _tagMask, _groupColumns);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private Entry FindOlder(ulong id)
    {
        for (int s = _segments.Count - 2; s >= 0; s--)
        {
            Entry found = _segments[s].Find(id, _stateBits, _tagMask, _groupColumns, out _);
            if (found.IsFound)
            {
                return found;
            }
        }
        return default;
    }

    private DeliverySegment AddSegment(int slots)
    {
        DeliverySegment segment = new(slots, _groupColumns, _spares);
        _segments.Add(segment);
        return segment;
    }

    /// <summary>The place of an id.</summary>
    public readonly ref struct Entry
    {
        private readonly ref ulong _slot;
        private readonly DeliverySegment _segment;
        private readonly int _index;
        private readonly int _columns;

        internal Entry(ref ulong slot, DeliverySegment segment, int index, int columns)
        {
            _slot = ref slot;
            _segment = segment;
            _index = index;
            _columns = columns;
        }

        /// <summary>The group slots kept beside the id.</summary>
        public Span<int> Groups => _segment.Groups.AsSpan(_index * _columns, _columns);

        internal bool IsFound => _segment is not null;

        internal ref ulong Slot => ref _slot;
    }
}
