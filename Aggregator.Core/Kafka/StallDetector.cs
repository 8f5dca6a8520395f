using Aggregator.Core.Records;

namespace Aggregator.Core.Kafka;

/// <summary>
/// Notices a partition that has more, by what the brokers say, but brings nothing though it could: librdkafka has had such bugs, and a restart helps. Looked at
/// with each answer about ends, so a broker that does not answer is no stall. Poll thread only.
/// </summary>
internal sealed class StallDetector(TimeProvider time, TimeSpan patience)
{
    private readonly Dictionary<PartitionId, (long Position, long Since)> _behind = [];

    /// <summary>How many stalls in a row were found without a record in between.</summary>
    public int Stalls { get; private set; }

    /// <summary>The first partition found without progress for too long; null when there is none.</summary>
    /// <param name="ends">The ends of the partitions.</param>
    /// <param name="positions">Where each is read.</param>
    /// <param name="waiting">Those that wait for others.</param>
    public PartitionId? Look(SourceElement.EndOffsets ends, Positions positions, IReadOnlySet<PartitionId> waiting)
    {
        long now = time.GetTimestamp();
        foreach ((PartitionId partition, long end) in ends.Ends)
        {
            long next = positions.Next(partition);
            if (next == Positions.NotRead || next >= end || waiting.Contains(partition))
            {
                _behind.Remove(partition);
            }
            else if (!_behind.TryGetValue(partition, out (long Position, long Since) known) || known.Position != next)
            {
                if (known.Position != next && known.Since != 0)
                {
                    Stalls = 0;
                }
                _behind[partition] = (next, now);
            }
            else if (time.GetElapsedTime(known.Since, now) >= patience)
            {
                _behind.Clear();
                Stalls++;
                return partition;
            }
        }
        return null;
    }

    /// <summary>Time in which nothing could be read does not count.</summary>
    public void Restart() => _behind.Clear();
}
