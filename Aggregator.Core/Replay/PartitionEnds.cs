using System.IO.Hashing;
using Aggregator.Core.Records;

namespace Aggregator.Core.Replay;

/// <summary>
/// Where in the input each partition has its last record. Known beforehand, it lets windows become final on the way, so that memory is that of the open windows and not
/// of the whole input: a partition that has nothing more to come holds the others back no longer.
/// </summary>
public sealed class PartitionEnds
{
    private readonly Dictionary<PartitionId, (int File, long Line)> _ends = [];

    /// <summary>The partitions that the input has.</summary>
    public IReadOnlyCollection<PartitionId> Partitions => _ends.Keys;

    /// <summary>Whether a partition has no record behind a line of a file.</summary>
    public bool HasEnded(PartitionId partition, int file, long line) => _ends[partition].CompareTo((file, line)) <= 0;

    /// <summary>Reads a file for the partitions alone. Lines that are no envelopes are left to the replay itself to complain of.</summary>
    /// <param name="file">The number of the file in the input.</param>
    /// <param name="lines">Its lines.</param>
    /// <param name="envelopes">Reads a line where its beginning is not known.</param>
    /// <param name="cancellation">Ends the scan early.</param>
    public void Scan(int file, LineReader lines, EnvelopeReader envelopes, CancellationToken cancellation)
    {
        // Nearly all lines begin as one before did, up to the offset; the beginning alone tells the partition.
        Dictionary<ulong, (byte[] Prefix, PartitionId? Partition)> known = [];
        while (lines.TryRead(out ReadOnlySpan<byte> line))
        {
            if ((lines.LineNumber & 0xFFF) == 0)
            {
                cancellation.ThrowIfCancellationRequested();
            }
            ReadOnlySpan<byte> prefix = PrefixOf(line);
            ulong hash = XxHash3.HashToUInt64(prefix);
            PartitionId? partition;
            if (!prefix.IsEmpty && known.TryGetValue(hash, out (byte[] Prefix, PartitionId? Partition) same) && prefix.SequenceEqual(same.Prefix))
            {
                partition = same.Partition;
            }
            else
            {
                partition = envelopes.Read(line, null, out PartitionId id, out _, out _) == EnvelopeKind.Record ? id : null;
                if (!prefix.IsEmpty && known.Count < MaxPrefixes)
                {
                    known[hash] = (prefix.ToArray(), partition);
                }
            }
            if (partition is { } found)
            {
                _ends[found] = (file, lines.LineNumber);
            }
        }
    }

    private const int MaxPrefixes = 10_000;
    private const int LongestPrefix = 400;

    /// <summary>
    /// <c>{"topic":"…","partition":3,</c> of a line that goes on with its offset; empty where a line begins in any other way, with an object in an object for one, whose
    /// members could be taken for those of the line.
    /// </summary>
    private static ReadOnlySpan<byte> PrefixOf(ReadOnlySpan<byte> line)
    {
        ReadOnlySpan<byte> head = line[..Math.Min(line.Length, LongestPrefix)];
        if (!head.StartsWith("{\"topic\":\""u8))
        {
            return default;
        }
        int offset = head.IndexOf(",\"offset\":"u8);
        return offset < 0 || head[..offset].IndexOf(",\"partition\":"u8) < 0 || head[1..offset].Contains((byte)'{') ? default : head[..offset];
    }
}
