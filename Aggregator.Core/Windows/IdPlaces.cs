namespace Aggregator.Core.Windows;

/// <summary>
/// Remembers where some ids were seen last, to notice topics that are not partitioned alike: then a message and its acknowledgement come to different lanes and are never
/// joined. A few thousand ids, those that came last.
/// </summary>
internal sealed class IdPlaces
{
    private const int Size = 4096;

    private readonly (ulong Id, int Partition)[] _seen = new (ulong, int)[Size];

    /// <summary>An id was seen in a partition.</summary>
    /// <returns>False where it was seen in one of another number before.</returns>
    public bool Note(ulong id, int partition)
    {
        ref (ulong Id, int Partition) seen = ref _seen[(id >> 8) & (Size - 1)];
        bool isElsewhere = seen.Id == id && seen.Partition != partition;
        seen = (id, partition);
        return !isElsewhere;
    }
}
