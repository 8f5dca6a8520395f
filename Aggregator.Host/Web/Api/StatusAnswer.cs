using System.ComponentModel;
using Aggregator.Core.Diagnostics;
using Aggregator.Core.Records;
using Aggregator.Core.Windows;

namespace Aggregator.Host.Web.Api;

/// <summary>Answer of <c>/api/status</c>.</summary>
internal sealed record StatusAnswer(
    [property: Description("Whether the service does its work, as /-/ready says.")] bool Ready,
    [property: Description("Why it is not ready; absent when it is.")] string? NotReadyReason,
    [property: Description("Why there is nothing to see, or nothing new; absent when there is.")] Explanation? Explanation,
    string Version,
    string Revision,
    [property: Description("The clock of the service, milliseconds since 1970.")] long NowMs,
    [property: Description("When it started, milliseconds since 1970.")] long StartedMs,
    [property: Description("Size of a window in milliseconds.")] long WindowMs,
    [property: Description("The dimension sets that /api/windows can be asked for.")] IReadOnlyList<IReadOnlyList<string>> Groups,
    [property: Description("End of the latest window whose activity is final, milliseconds since 1970; absent before the first.")] long? ActivityFinalMs,
    [property: Description("End of the latest window whose delivery is final; absent before the first.")] long? DeliveryFinalMs,
    KafkaLine Kafka,
    [property: Description("Records read, by topic, rejected ones included.")] IReadOnlyDictionary<string, long> Records,
    [property: Description("Rejected records by reason; those that count 0 are left out, here and below.")] IReadOnlyDictionary<string, long> Rejected,
    [property: Description("Late facts by kind.")] IReadOnlyDictionary<string, long> Late,
    [property: Description("Duplicate facts by kind.")] IReadOnlyDictionary<string, long> Duplicates,
    [property: Description("Latency samples left out, by reason.")] IReadOnlyDictionary<string, long> SamplesLeftOut,
    [property: Description("Facts that a limit left out, by limit.")] IReadOnlyDictionary<string, long> Limited,
    [property: Description("Offsets that topics no longer held when they were to be read.")] long Lost,
    [property: Description("Windows published since the start.")] long WindowsPublished,
    [property: Description("Windows that /api/windows remembers.")] int WindowsRemembered,
    IReadOnlyList<OutputLine> Outputs)
{
    public static StatusAnswer Of(ServiceView view)
    {
        ServiceStatus status = view.Status;
        FoldCounters counters = view.Counters;
        return new(
            status.NotReadyReason is null,
            status.NotReadyReason,
            Explanation.Of(view),
            view.Build.Version,
            view.Build.Revision,
            view.Time.GetUtcNow().ToUnixTimeMilliseconds(),
            view.StartedMs,
            (long)view.Settings.Aggregation.Window.TotalMilliseconds,
            view.Settings.Aggregation.Groups,
            view.History.Last(isFinal: false)?.Window.EndMs,
            view.History.Last(isFinal: true)?.Window.EndMs,
            KafkaLine.Of(status),
            new Dictionary<string, long>
            {
                [view.Settings.Kafka.LatencyTopic] = counters.Records(RecordTopic.Latency),
                [view.Settings.Kafka.AckTopic] = counters.Records(RecordTopic.Ack),
            },
            Rejects(counters),
            Counts(Enum.GetValues<FactKind>(), kind => kind.Label(), kind => Enum.GetValues<LateCause>().Sum(cause => counters.Late(kind, cause))),
            Counts([FactKind.Sent, FactKind.Received], kind => kind.Label(), counters.Duplicates),
            Counts([.. Enum.GetValues<SampleLoss>().Where(loss => loss != SampleLoss.None)], loss => loss.Label(), counters.SamplesLeftOut),
            Counts(Enum.GetValues<LimitKind>(), limit => limit.Label(), counters.Limited),
            status.LostRecords.Values.Sum(lost => lost.Value),
            status.WindowsPublished.Value,
            view.History.Count,
            [.. status.OutputQueued.Keys.Order(StringComparer.Ordinal).Select(name => OutputLine.Of(name, status))]);
    }

    internal static IReadOnlyDictionary<string, long> Rejects(FoldCounters counters) => Counts(RejectReasons.All, reason => reason.Label(),
        reason => counters.Rejected(RecordTopic.Latency, reason) + counters.Rejected(RecordTopic.Ack, reason));

    private static Dictionary<string, long> Counts<T>(IEnumerable<T> kinds, Func<T, string> label, Func<T, long> count) =>
        kinds.Select(kind => KeyValuePair.Create(label(kind), count(kind))).Where(pair => pair.Value > 0).ToDictionary(StringComparer.Ordinal);
}

/// <summary>How the service and the brokers get along.</summary>
internal sealed record KafkaLine(
    [property: Description("Whether the last exchange with the brokers succeeded.")] bool Connected,
    long Rebalances,
    long Commits,
    long CommitFailures,
    [property: Description("Milliseconds since 1970; absent before the first commit.")] long? LastCommitMs,
    [property: Description("Errors that the client reported.")] long Errors)
{
    public static KafkaLine Of(ServiceStatus status) => new(status.KafkaConnected, status.Rebalances.Value, status.Commits.Value, status.CommitFailures.Value,
        status.LastCommitMs.Value == 0 ? null : status.LastCommitMs.Value, status.KafkaErrors.Value);
}

/// <summary>A place where results go.</summary>
internal sealed record OutputLine(
    string Output,
    [property: Description("Results waiting in front of it.")] long Queued,
    [property: Description("Failed attempts.")] long Failures)
{
    public static OutputLine Of(string name, ServiceStatus status) => new(name,
        status.OutputQueued.TryGetValue(name, out Gauge? queued) ? queued.Value : 0, status.OutputFailures.TryGetValue(name, out Counter? failures) ? failures.Value : 0);
}
