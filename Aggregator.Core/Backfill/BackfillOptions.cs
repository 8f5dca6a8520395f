using Aggregator.Core.Publishing;

namespace Aggregator.Core.Backfill;

/// <summary>How a backfill is written.</summary>
/// <param name="Path">The first file; the second of <c>backfill.om</c> is <c>backfill-0002.om</c>.</param>
/// <param name="Labels">What every series bears besides its own labels.</param>
/// <param name="NotAfterMs">Windows that end later, ms since the epoch, are refused: see <see cref="OpenMetricsBackfill.Newest"/>.</param>
public sealed record BackfillOptions(string Path, ExternalLabels Labels, long NotAfterMs)
{
    /// <summary>Size at which a file ends, in bytes; a window is never divided.</summary>
    public long FileBytes { get; init; } = OpenMetricsBackfill.DefaultFileBytes;
}
