using Aggregator.Core.Diagnostics;
using Aggregator.Core.Records;
using Aggregator.Core.Windows;
using Prometheus;
using Counter = Prometheus.Counter;
using Gauge = Prometheus.Gauge;

namespace Aggregator.Core.Publishing;

/// <summary>
/// What the service says of itself: the families <c>aggregator_*</c>, and those of <see cref="ProcessMetrics"/>. Values are read when a scrape comes;
/// nothing here is written to by the pipeline. A series whose label values are known beforehand exists from the start, with 0, so that
/// <c>rate()</c> and <c>increase()</c> see its first step.
/// </summary>
public sealed class SelfMetrics : IDisposable
{
    private readonly CollectorRegistry _registry = Metrics.NewCustomRegistry();
    private readonly MetricFactory _factory;
    private readonly List<Action> _pulls = [];
    private readonly SemaphoreSlim _oneScrape = new(1);
    private readonly ProcessMetrics? _process;

    /// <param name="status">What the pipeline knows of itself.</param>
    /// <param name="counters">What the fold counts.</param>
    /// <param name="latencyTopic">The name that the topic <c>im-latency</c> has in the cluster.</param>
    /// <param name="ackTopic">The name that the topic <c>ack</c> has in the cluster.</param>
    /// <param name="build">The program.</param>
    /// <param name="process">What the page says of the process; null: nothing, as where whole pages are compared.</param>
    public SelfMetrics(ServiceStatus status, FoldCounters counters, string latencyTopic, string ackTopic, BuildInfo build, ProcessMetrics? process)
    {
        _process = process;
        _factory = Metrics.WithCustomRegistry(_registry);
        _factory.ExemplarBehavior = ExemplarBehavior.NoExemplars();
        AddService(status, build);
        AddRecords(counters, [(RecordTopic.Latency, latencyTopic), (RecordTopic.Ack, ackTopic)]);
        AddFacts(counters);
        AddWindows(status);
        AddPartitions(status);
        AddKafka(status);
        AddOutputs(status);
        AddRemoteWrite(status);
        _registry.AddBeforeCollectCallback(() => _pulls.ForEach(pull => pull()));
    }

    public void Dispose() => _oneScrape.Dispose();

    /// <summary>The text as of now, the last part of its page.</summary>
    internal async Task<ReadOnlyMemory<byte>> RenderAsync(PageFormat format, CancellationToken cancellation)
    {
        // One at a time: two scrapes that pull at once would show each other's half of a rebalance.
        await _oneScrape.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            ReadOnlyMemory<byte> own = await RegistryText.RenderAsync(_registry, format, last: _process is null, cancellation).ConfigureAwait(false);
            if (_process is null)
            {
                return own;
            }
            ReadOnlyMemory<byte> process = await _process.RenderAsync(format, cancellation).ConfigureAwait(false);
            return (byte[])[.. own.Span, .. process.Span];
        }
        finally
        {
            _oneScrape.Release();
        }
    }

    private void AddService(ServiceStatus status, BuildInfo build)
    {
        Labelled("aggregator_build_info", "Always 1; the labels say which program this is.", "version", "revision", "dotnet_version")
            .WithLabels(build.Version, build.Revision, build.Runtime).Set(1);
        Counter("aggregator_web_connections_closed_total", "Connections to the web server closed because there were too many.",
            () => status.WebConnectionsClosed.Value);
        Gauge("aggregator_ready", "1 if the service does its work, 0 if not; /-/ready says why.", () => status.NotReadyReason is null ? 1 : 0);
    }

    private void AddRecords(FoldCounters counters, (RecordTopic Topic, string Name)[] topics)
    {
        Counter records = Counter("aggregator_records_total", "Records read, rejected ones included.", "topic");
        Counter("aggregator_decode_fallbacks_total", "Records that no earlier one was like, so that they took the slow way through the JSON reader.",
            () => counters.DecodeFallbacks);
        Counter rejected = Counter("aggregator_rejected_records_total", "Records that were rejected and count nowhere.", "topic", "reason");
        foreach ((RecordTopic topic, string name) in topics)
        {
            Pull(records.WithLabels(name), () => counters.Records(topic));
            foreach (RejectReason reason in RejectReasons.All)
            {
                Pull(rejected.WithLabels(name, reason.Label()), () => counters.Rejected(topic, reason));
            }
        }
    }

    private void AddFacts(FoldCounters counters)
    {
        Counter late = Counter("aggregator_late_facts_total",
            "Facts left out because their window was closed: by the watermark of their partition, or while their partition was idle.", "kind", "reason");
        foreach (FactKind kind in Enum.GetValues<FactKind>())
        {
            foreach (LateCause cause in Enum.GetValues<LateCause>())
            {
                Pull(late.WithLabels(kind.Label(), cause.Label()), () => counters.Late(kind, cause));
            }
        }
        Counter duplicates = Counter("aggregator_duplicate_facts_total", "Facts left out because the same delivery had reported them before.", "kind");
        foreach (FactKind kind in new[] { FactKind.Sent, FactKind.Received })
        {
            Pull(duplicates.WithLabels(kind.Label()), () => counters.Duplicates(kind));
        }
        Counter samples = Counter("aggregator_samples_left_out_total", "Latency samples left out while the other facts of their record stand.", "reason");
        foreach (SampleLoss loss in Enum.GetValues<SampleLoss>().Where(loss => loss != SampleLoss.None))
        {
            Pull(samples.WithLabels(loss.Label()), () => counters.SamplesLeftOut(loss));
        }
        Counter("aggregator_misplaced_ids_total",
            "Sampled msg_ids that the two topics have in partitions of different numbers: with Join=partition their deliveries are not joined.", () => counters.MisplacedIds);
        Counter limited = Counter("aggregator_limited_facts_total", "Facts that a limit left out of what it limits.", "limit");
        foreach (LimitKind limit in Enum.GetValues<LimitKind>())
        {
            Pull(limited.WithLabels(limit.Label()), () => counters.Limited(limit));
        }
    }

    private void AddWindows(ServiceStatus status)
    {
        Gauge("aggregator_watermark_seconds", "Event time up to which activity is final, in seconds since 1970; absent before the first.",
            () => SecondsUnlessZero(status.WatermarkMs.Value));
        Gauge("aggregator_open_windows", "Windows of which something is not final yet.", () => status.OpenWindows.Value);
        Counter("aggregator_windows_published_total", "Windows of which everything was published.", () => status.WindowsPublished.Value);
        Counter("aggregator_history_dropped_total", "Results of groups and error codes that the page forgot before the rest of their window, to bound its memory.",
            () => status.HistoryDropped.Value);
        Counter("aggregator_batches_total", "Batches of records folded.", () => status.Batches.Value);
        Counter("aggregator_fold_seconds_total", "Time spent in decoding and folding.", () => status.FoldNanoseconds.Value / 1e9);
    }

    private void AddPartitions(ServiceStatus status)
    {
        Gauge watermark = Labelled("aggregator_partition_watermark_seconds",
            "Watermark of the partition in seconds since 1970; absent before its first record.", "topic", "partition");
        Gauge lag = Labelled("aggregator_partition_lag_records", "Records of the partition that are not read yet; absent while its end is not known.",
            "topic", "partition");
        Gauge idle = Labelled("aggregator_partition_idle", "1 while the partition is read to its end, stays empty and holds no other back.", "topic", "partition");
        Counter lost = Counter("aggregator_lost_records_total", "Offsets that the topic no longer held when they were to be read.", "topic", "partition");
        _pulls.Add(() =>
        {
            IReadOnlyList<PartitionStatus> partitions = status.Partitions;
            Show(watermark, partitions, partition => partition.WatermarkMs / 1000.0);
            Show(lag, partitions, partition => partition.Lag);
            Show(idle, partitions, partition => partition.Idle ? 1 : 0);
            foreach (PartitionStatus partition in partitions)
            {
                lost.WithLabels(partition.Topic, Number(partition.Partition));
            }
            foreach (((string topic, int partition), Diagnostics.Counter count) in status.LostRecords)
            {
                lost.WithLabels(topic, Number(partition)).IncTo(count.Value);
            }
        });
    }

    private void AddKafka(ServiceStatus status)
    {
        Gauge("aggregator_kafka_connected", "1 if the last exchange with the brokers succeeded.", () => status.KafkaConnected ? 1 : 0);
        Counter("aggregator_kafka_errors_total", "Errors that the Kafka client reported.", () => status.KafkaErrors.Value);
        Gauge("aggregator_kafka_shares_processor", "1 while the threads of the Kafka client share one processor.", () => status.ClientSharesProcessor.Value);
        Counter("aggregator_rebalances_total", "Changes of the partitions that this member of the group has.", () => status.Rebalances.Value);
        Counter("aggregator_commits_total", "Commits of offsets.", () => status.Commits.Value);
        Counter("aggregator_commit_failures_total", "Commits of offsets that failed.", () => status.CommitFailures.Value);
        Gauge("aggregator_last_commit_timestamp_seconds", "When offsets were last committed, in seconds since 1970; absent before the first time.",
            () => SecondsUnlessZero(status.LastCommitMs.Value));
        Counter("aggregator_dead_letters_total", "Copies of rejected records sent to the dead-letter topic.", () => status.DeadLetters.Value);
        Counter("aggregator_dead_letter_failures_total", "Copies of rejected records that did not reach the dead-letter topic.",
            () => status.DeadLetterFailures.Value);
    }

    private void AddOutputs(ServiceStatus status)
    {
        Counter failures = Counter("aggregator_output_failures_total", "Failed attempts of an output to take results.", "output");
        Counter dropped = Counter("aggregator_output_dropped_results_total", "Results that an output never got, because it took nothing for too long.", "output");
        Gauge queued = Labelled("aggregator_output_queued_results", "Results waiting in front of an output.", "output");
        _pulls.Add(() =>
        {
            foreach ((string output, Diagnostics.Counter count) in status.OutputFailures)
            {
                failures.WithLabels(output).IncTo(count.Value);
            }
            foreach ((string output, Diagnostics.Counter count) in status.OutputDropped)
            {
                dropped.WithLabels(output).IncTo(count.Value);
            }
            foreach ((string output, Diagnostics.Gauge count) in status.OutputQueued)
            {
                queued.WithLabels(output).Set(count.Value);
            }
        });
    }

    private void AddRemoteWrite(ServiceStatus status)
    {
        Counter sent = Unpublished("aggregator_remote_write_samples_total", "Samples that the receiver of remote write took.");
        Counter dropped = Counter("aggregator_remote_write_dropped_samples_total", "Samples that the receiver of remote write will not get.", "reason");
        Counter retries = Unpublished("aggregator_remote_write_retries_total", "Failed attempts of remote write that are made again.");
        Gauge samples = Labelled("aggregator_remote_write_pending_samples", "Samples waiting for the receiver of remote write.");
        Gauge bytes = Labelled("aggregator_remote_write_pending_bytes", "Bytes waiting for the receiver of remote write.");
        Gauge("aggregator_remote_write_oldest_pending_timestamp_seconds",
            "Since when the oldest samples wait for the receiver of remote write, in seconds since 1970; absent when none wait.",
            () => SecondsUnlessZero(status.RemoteWrite?.OldestWaitingMs.Value ?? 0));
        Gauge("aggregator_remote_write_sent_through_timestamp_seconds",
            "End of the latest window of which the receiver of remote write took samples, in seconds since 1970.",
            () => SecondsUnlessZero(status.RemoteWrite?.SentThroughMs.Value ?? 0));
        _pulls.Add(() =>
        {
            if (status.RemoteWrite is { } remote)
            {
                sent.IncTo(remote.SamplesSent.Value);
                dropped.WithLabels("rejected").IncTo(remote.SamplesRejected.Value);
                dropped.WithLabels("buffer_full").IncTo(remote.SamplesOverflowed.Value);
                dropped.WithLabels("no_native_histograms").IncTo(remote.HistogramsUnsupported.Value);
                retries.IncTo(remote.Retries.Value);
                samples.Set(remote.SamplesWaiting.Value);
                bytes.Set(remote.BytesWaiting.Value);
            }
        });
    }

    private static string Number(int partition) => partition.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static double? SecondsUnlessZero(long ms) => ms == 0 ? null : ms / 1000.0;

    /// <summary>Sets the series of the partitions at hand, and removes all others: of revoked partitions, and where there is no value.</summary>
    private static void Show(Gauge gauge, IReadOnlyList<PartitionStatus> partitions, Func<PartitionStatus, double?> value)
    {
        HashSet<(string, string)> shown = [];
        foreach (PartitionStatus partition in partitions)
        {
            if (value(partition) is { } number)
            {
                gauge.WithLabels(partition.Topic, Number(partition.Partition)).Set(number);
                shown.Add((partition.Topic, Number(partition.Partition)));
            }
        }
        foreach (string[] labels in gauge.GetAllLabelValues().Where(labels => !shown.Contains((labels[0], labels[1]))).ToList())
        {
            gauge.RemoveLabelled(labels);
        }
    }

    private void Pull(Counter.Child counter, Func<double> value) => _pulls.Add(() => counter.IncTo(value()));

    private void Counter(string name, string help, Func<double> value) => Pull(Counter(name, help).WithLabels(), value);

    private Counter Counter(string name, string help, params string[] labels) =>
        _factory.CreateCounter(name, help, new CounterConfiguration { LabelNames = labels });

    private void Gauge(string name, string help, Func<double?> value)
    {
        Gauge gauge = _factory.CreateGauge(name, help, new GaugeConfiguration { SuppressInitialValue = true });
        _pulls.Add(() =>
        {
            if (value() is { } number)
            {
                gauge.Set(number);
            }
            else
            {
                gauge.Unpublish();
            }
        });
    }

    private Counter Unpublished(string name, string help) => _factory.CreateCounter(name, help, new CounterConfiguration { SuppressInitialValue = true });

    private Gauge Labelled(string name, string help, params string[] labels) =>
        _factory.CreateGauge(name, help, new GaugeConfiguration { LabelNames = labels, SuppressInitialValue = true });
}
