using System.Globalization;
using Aggregator.Core.Records;

namespace Aggregator.Core.Kafka;

/// <summary>What is committed beside the low-water offset of a partition: all that reading again from there cannot tell.</summary>
/// <param name="WatermarkMs">W(p) just before the record at the committed offset; null for minus infinity.</param>
/// <param name="FinalThroughMs">Windows that end at or before this time are published; null when none is.</param>
/// <param name="LastWindowMs">The start of the last window that was published, for the empty windows between it and the next; null when none is.</param>
public sealed record CommitMetadata(long? WatermarkMs, long? FinalThroughMs, long? LastWindowMs = null)
{
    /// <summary>What is known where nothing was read yet: W(p) = minus infinity, nothing final.</summary>
    public static CommitMetadata Nothing { get; } = new(null, null);

    /// <summary>When time passed over the partition, as far as it matters to records at the committed offset and behind it; offsets and times ascend.</summary>
    public IReadOnlyList<IdlePassage> Passages { get; init; } = [];

    // Brokers refuse more than offset.metadata.max.bytes (4,096 by default): what is longer was not written here.
    private const int MaxLength = 4096;

    private const string None = "-";

    /// <summary>
    /// The string that goes into the commit: <c>v1;w=1712345650000;f=1712345640000;l=1712345580000;i=77@1712345700000,81@1712345760000</c>; <c>-</c> for null,
    /// and without <c>l</c> and <c>i</c> where there is none. With as many passages as are kept it has some 2,200 characters.
    /// </summary>
    public string Format() => $"v1;w={Text(WatermarkMs)};f={Text(FinalThroughMs)}"
        + (LastWindowMs is null ? "" : $";l={Text(LastWindowMs)}")
        + (Passages.Count == 0 ? "" : ";i=" + string.Join(',', Passages.Select(passage => $"{Text(passage.Offset)}@{Text(passage.TimeMs)}")));

    public bool Equals(CommitMetadata? other) => other is not null && WatermarkMs == other.WatermarkMs && FinalThroughMs == other.FinalThroughMs
        && LastWindowMs == other.LastWindowMs && Passages.SequenceEqual(other.Passages);

    public override int GetHashCode() => HashCode.Combine(WatermarkMs, FinalThroughMs, LastWindowMs, Passages.Count);

    /// <summary>Reads what <see cref="Format"/> wrote. Fields that are not known here are passed over, a version that is not known here is not guessed at.</summary>
    /// <param name="text">The metadata of a commit as the broker keeps it.</param>
    /// <param name="metadata">What it says; null unless the outcome is <see cref="CommitMetadataOutcome.Usable"/>.</param>
    public static CommitMetadataOutcome Parse(string? text, out CommitMetadata? metadata)
    {
        metadata = null;
        if (string.IsNullOrEmpty(text))
        {
            return CommitMetadataOutcome.Absent;
        }
        if (text.Length > MaxLength || text[0] != 'v')
        {
            return CommitMetadataOutcome.Damaged;
        }
        string[] parts = text.Split(';');
        if (!int.TryParse(parts[0].AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out int version) || version < 1)
        {
            return CommitMetadataOutcome.Damaged;
        }
        if (version > 1)
        {
            return CommitMetadataOutcome.NewerVersion;
        }
        long? watermark = null, final = null, last = null;
        IdlePassage[]? passages = null;
        bool hasWatermark = false, hasFinal = false, hasLast = false;
        foreach (string part in parts.AsSpan(1))
        {
            int equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                return CommitMetadataOutcome.Damaged;
            }
            ReadOnlySpan<char> value = part.AsSpan(equals + 1);
            bool sound = part.AsSpan(0, equals) switch
            {
                "w" => TryRead(value, ref hasWatermark, out watermark),
                "f" => TryRead(value, ref hasFinal, out final),
                "l" => TryRead(value, ref hasLast, out last),
                "i" => passages is null && TryRead(value, out passages),
                _ => true,
            };
            if (!sound)
            {
                return CommitMetadataOutcome.Damaged;
            }
        }
        if (!hasWatermark || !hasFinal)
        {
            return CommitMetadataOutcome.Damaged;
        }
        metadata = new CommitMetadata(watermark, final, last) { Passages = passages ?? [] };
        return CommitMetadataOutcome.Usable;
    }

    private static bool TryRead(ReadOnlySpan<char> text, ref bool seen, out long? value)
    {
        value = null;
        if (seen)
        {
            return false;
        }
        seen = true;
        if (text.SequenceEqual(None))
        {
            return true;
        }
        bool sound = long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number);
        value = sound ? number : null;
        return sound;
    }

    private static bool TryRead(ReadOnlySpan<char> text, out IdlePassage[]? passages)
    {
        passages = null;
        List<IdlePassage> read = [];
        foreach (Range range in text.Split(','))
        {
            ReadOnlySpan<char> passage = text[range];
            int at = passage.IndexOf('@');
            if (at <= 0
                || !long.TryParse(passage[..at], NumberStyles.None, CultureInfo.InvariantCulture, out long offset)
                || !long.TryParse(passage[(at + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out long timeMs)
                || (read.Count > 0 && (offset <= read[^1].Offset || timeMs <= read[^1].TimeMs)))
            {
                return false;
            }
            read.Add(new(offset, timeMs));
        }
        passages = [.. read];
        return true;
    }

    private static string Text(long? value) => value?.ToString(CultureInfo.InvariantCulture) ?? None;
}
