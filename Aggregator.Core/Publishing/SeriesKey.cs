namespace Aggregator.Core.Publishing;

/// <summary>Tells series apart: the family and the values of its labels.</summary>
public readonly struct SeriesKey(GaugeFamily family, string[] labelValues) : IEquatable<SeriesKey>
{
    public GaugeFamily Family { get; } = family;

    public IReadOnlyList<string> LabelValues => labelValues;

    public bool Equals(SeriesKey other) => ReferenceEquals(Family, other.Family) && LabelValues.SequenceEqual(other.LabelValues, StringComparer.Ordinal);

    public override bool Equals(object? obj) => obj is SeriesKey other && Equals(other);

    public override int GetHashCode()
    {
        HashCode hash = default;
        hash.Add(Family);
        foreach (string value in labelValues)
        {
            hash.Add(value, StringComparer.Ordinal);
        }
        return hash.ToHashCode();
    }

    public static bool operator ==(SeriesKey left, SeriesKey right) => left.Equals(right);

    public static bool operator !=(SeriesKey left, SeriesKey right) => !left.Equals(right);
}
