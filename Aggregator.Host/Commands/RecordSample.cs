using System.Globalization;
using Aggregator.Core.Records;
using Aggregator.Host.Settings;
using Aggregator.Host.Terminal;

namespace Aggregator.Host.Commands;

/// <summary>What the decoder says of some records of one topic.</summary>
/// <param name="Records">How many were looked at.</param>
/// <param name="Reasons">How many of them would be rejected, by reason.</param>
public sealed record RecordSample(int Records, IReadOnlyDictionary<RejectReason, int> Reasons)
{
    public int Rejected => Reasons.Values.Sum();

    /// <summary>A few bad records are the producers' daily life; when a tenth is bad, something is set up wrongly.</summary>
    public Mark Verdict => Rejected == 0 ? Mark.Good : Rejected * 10 < Records ? Mark.Remark : Mark.Bad;

    public static RecordSample Of(RecordBatch batch, AggregatorSettings settings)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(settings);
        string[] dimensions = [.. settings.Aggregation.Groups.SelectMany(set => set).Distinct()];
        RecordDecoder decoder = new(settings.Fields, dimensions, settings.Aggregation.MaxFutureSkew);
        DecodedRecord record = new(dimensions.Length);
        SortedDictionary<RejectReason, int> reasons = [];
        for (int i = 0; i < batch.Count; i++)
        {
            RejectReason reason = decoder.Decode(batch.Partitions[i].Topic, batch.Value(i), batch.Timestamps[i], record);
            if (reason != RejectReason.None)
            {
                reasons[reason] = reasons.GetValueOrDefault(reason) + 1;
            }
        }
        return new(batch.Count, reasons);
    }

    /// <summary><c>1,000 records looked at, 12 would be rejected (1.2 %): 7 bad_timestamp, 5 malformed</c></summary>
    public string Describe()
    {
        if (Records == 0)
        {
            return "no records yet";
        }
        string looked = string.Create(CultureInfo.InvariantCulture, $"the last {Records:N0} records were looked at");
        if (Rejected == 0)
        {
            return looked + ", all are fine";
        }
        string share = (100.0 * Rejected / Records).ToString("0.#", CultureInfo.InvariantCulture);
        IEnumerable<string> reasons = Reasons.OrderByDescending(reason => reason.Value).Select(reason => $"{reason.Value} {reason.Key.Label()}");
        return $"{looked}, {Rejected} would be rejected ({share} %): {string.Join(", ", reasons)}";
    }
}
