using System.Text;
using Aggregator.Core.Generation;
using Aggregator.Core.Replay;
using Aggregator.Core.Windows;
using Aggregator.Tests.Support;
using Xunit;

namespace Aggregator.Tests.Replay;

/// <summary>Runs replays of inputs in memory.</summary>
internal static class Replaying
{
    public const long T0 = 1_767_225_600_000;

    public static (string[] Lines, string Summary) Run(params IReplayInput[] inputs) => Run(new(), inputs);

    public static (string[] Lines, string Summary) Run(AggregationSettings settings, params IReplayInput[] inputs)
    {
        using MemoryStream output = new();
        ReplaySummary summary = new FileReplay(inputs, settings, new(), "im-latency", "ack").Run(output, TestContext.Current.CancellationToken);
        return (Encoding.UTF8.GetString(output.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries), summary.ToJson().ToJsonString());
    }

    public static (string[] Lines, string Summary) Run(string text) => Run(new TextInput("input.jsonl", text));

    /// <summary>What the naive fold makes of the same envelopes.</summary>
    public static (IReadOnlyList<string> Lines, string Summary) Reference(AggregationSettings settings, IEnumerable<string> envelopes)
    {
        ReferenceAggregator reference = new(settings);
        foreach (EnvelopeRecord record in envelopes.Select(EnvelopeRecord.Parse))
        {
            reference.Add(record.Partition, record.Offset, record.TimestampMs, record.Value);
        }
        reference.Finish();
        return (reference.Lines, reference.Summary);
    }

    /// <summary>An envelope as kcat writes it, of a message sent so long after <see cref="T0"/>.</summary>
    public static string Message(int partition, long offset, long sentMs, string id, long latencyMs = 20) =>
        $$"""{"topic":"im-latency","partition":{{partition}},"offset":{{offset}},"tstype":"create","ts":{{T0 + sentMs + latencyMs}},"broker":1,"key":"{{id}}","payload":"{\"msg_id\":\"{{id}}\",\"from\":\"u{{offset % 50}}\",\"to\":\"v{{offset % 70}}\",\"send_ts\":{{T0 + sentMs}},\"latency\":{{latencyMs}}}"}""";

    /// <summary>An envelope as kcat writes it, of an acknowledgement so long after <see cref="T0"/>.</summary>
    public static string Ack(int partition, long offset, long ackedMs, string id) =>
        $$"""{"topic":"ack","partition":{{partition}},"offset":{{offset}},"tstype":"create","ts":{{T0 + ackedMs}},"broker":1,"key":"{{id}}","payload":"{\"msg_id\":\"{{id}}\",\"uid\":\"v{{offset % 70}}\",\"ack_ts\":{{T0 + ackedMs}}}"}""";
}
