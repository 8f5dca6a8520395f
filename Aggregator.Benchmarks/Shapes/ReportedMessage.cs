using Aggregator.Benchmarks.Grow;
using Aggregator.Core.Records;

namespace Aggregator.Benchmarks.Shapes;

/// <summary>What a record says, however its producer writes it.</summary>
/// <param name="Topic">Sent and received, or acknowledged.</param>
/// <param name="Id">The message: 64 bits that look random; what else a record has is made of them.</param>
/// <param name="From">The number of the sender.</param>
/// <param name="To">The number of the recipient.</param>
/// <param name="AtMs">When it was sent, or acknowledged.</param>
public readonly record struct ReportedMessage(RecordTopic Topic, ulong Id, long From, long To, long AtMs)
{
    /// <summary>How long it took, in ms.</summary>
    public long LatencyMs => 20 + (long)((Id >> 40) & 127);

    /// <summary>A number below <paramref name="most"/>, another one for each <paramref name="salt"/>.</summary>
    public int Pick(int salt, int most) => (int)(GrowTraffic.Mix(Id + ((ulong)salt << 48)) % (ulong)most);

    /// <summary>A bit, another one for each <paramref name="salt"/>.</summary>
    public bool Flip(int salt) => Pick(salt, 2) == 1;
}
