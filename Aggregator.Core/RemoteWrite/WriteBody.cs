namespace Aggregator.Core.RemoteWrite;

/// <summary>A request that is ready to be sent.</summary>
/// <param name="Content">Protobuf, compressed.</param>
/// <param name="Samples">How many samples it has, histograms included.</param>
/// <param name="LatestMs">The latest time of them.</param>
/// <param name="IsHistograms">Native histograms have requests of their own: a receiver that does not take them takes the rest.</param>
internal sealed record WriteBody(byte[] Content, int Samples, long LatestMs, bool IsHistograms);
