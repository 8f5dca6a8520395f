using System.Text.Json.Nodes;
using Aggregator.Core.Records;
using Aggregator.Core.Windows;

namespace Aggregator.Core.Replay;

/// <summary>What a replay read, left out and gave out (SPEC section 7).</summary>
public sealed class ReplaySummary(FoldCounters counters, string latencyTopic, string ackTopic)
{
    /// <summary>Windows of the total group.</summary>
    public long Windows { get; set; }

    /// <summary>Lines of topics that are not ours; they are no part of the JSON, because they are no records of the replay.</summary>
    public long OtherTopics { get; set; }

    public FoldCounters Counters => counters;

    /// <summary>Records read.</summary>
    public long Records => counters.Records(RecordTopic.Latency) + counters.Records(RecordTopic.Ack);

    /// <summary>A partition as the input names it: <c>im-latency[3]</c>.</summary>
    public string NameOf(PartitionId partition) => $"{(partition.Topic == RecordTopic.Latency ? latencyTopic : ackTopic)}[{partition.Partition}]";

    /// <summary>The summary as one JSON object; what counts 0 is left out.</summary>
    public JsonObject ToJson()
    {
        JsonObject json = new()
        {
            ["records"] = NotZero([(ackTopic, counters.Records(RecordTopic.Ack)), (latencyTopic, counters.Records(RecordTopic.Latency))]),
            ["rejected"] = NotZero(RejectReasons.All.Select(reason =>
                (reason.Label(), counters.Rejected(RecordTopic.Latency, reason) + counters.Rejected(RecordTopic.Ack, reason)))),
            ["late"] = NotZero(Enum.GetValues<FactKind>().Select(kind =>
                (kind.Label(), counters.Late(kind, LateCause.Watermark) + counters.Late(kind, LateCause.AfterIdle)))),
            ["duplicates"] = NotZero(Enum.GetValues<FactKind>().Select(kind => (kind.Label(), counters.Duplicates(kind)))),
            ["samples_left_out"] = NotZero(Enum.GetValues<SampleLoss>().Select(loss => (loss.Label(), counters.SamplesLeftOut(loss)))),
            ["windows"] = Windows,
        };
        JsonObject limited = NotZero(Enum.GetValues<LimitKind>().Select(limit => (limit.Label(), counters.Limited(limit))));
        if (limited.Count > 0)
        {
            json["limited"] = limited;
        }
        return json;
    }

    private static JsonObject NotZero(IEnumerable<(string Name, long Count)> counts) =>
        new(counts.Where(count => count.Count != 0).Select(count => KeyValuePair.Create(count.Name, (JsonNode?)JsonValue.Create(count.Count))));
}
