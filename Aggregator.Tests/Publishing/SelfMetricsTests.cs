using System.Reflection;
using Aggregator.Core.Diagnostics;
using Aggregator.Core.Publishing;
using Aggregator.Core.Records;
using Aggregator.Core.Windows;
using Aggregator.Tests.Support;
using Xunit;

namespace Aggregator.Tests.Publishing;

public sealed class SelfMetricsTests
{
    [Fact]
    public async Task At_the_start_every_known_series_is_there_with_0()
    {
        using MetricsFixture metrics = new();

        string page = await metrics.TextAsync();

        Assert.Equal(SelfPages.AtTheStart, page[page.IndexOf("# HELP aggregator_", StringComparison.Ordinal)..]);
    }

    [Fact]
    public async Task A_service_at_work_shows_what_it_does()
    {
        using MetricsFixture metrics = new();
        ServiceStatus status = metrics.Status;
        status.NotReadyReason = null;
        status.KafkaConnected = true;
        status.WatermarkMs.Value = 1_712_345_700_500;
        status.LastCommitMs.Value = 1_712_345_701_000;
        status.OpenWindows.Value = 3;
        status.FoldNanoseconds.Add(1_500_000_000);
        status.Batches.Add(7);
        status.OutputFailures.GetOrAdd("file", _ => new()).Add(2);
        status.OutputQueued.GetOrAdd("file", _ => new()).Value = 4;
        status.LostRecords.GetOrAdd(("ack", 1), _ => new()).Add(99);
        status.Partitions =
        [
            new("im-latency", 0, 100, 250, 1_712_345_700_500, Idle: false, Rejected: 0, Late: 0),
            new("ack", 11, -1, -1, null, Idle: true, Rejected: 0, Late: 0),
        ];
        metrics.Counters.CountRecords(RecordTopic.Ack, 12);
        metrics.Counters.CountRejected(RecordTopic.Latency, RejectReason.BadTimestamp);
        metrics.Counters.CountLate(FactKind.Acked, LateCause.AfterIdle);
        metrics.Counters.CountDuplicate(FactKind.Sent);
        metrics.Counters.CountSampleLeftOut(SampleLoss.NegativeLatency);
        metrics.Counters.CountLimited(LimitKind.ErrorCodes, 5);

        string[] changed = [.. (await metrics.SamplesAsync("aggregator_")).Where(line => !line.EndsWith(" 0", StringComparison.Ordinal))];

        Assert.Equal(
            [
                "aggregator_build_info{version=\"1.2.3\",revision=\"abc\",dotnet_version=\"10.0.1\"} 1",
                "aggregator_ready 1",
                "aggregator_records_total{topic=\"ack\"} 12",
                "aggregator_rejected_records_total{topic=\"im-latency\",reason=\"bad_timestamp\"} 1",
                "aggregator_late_facts_total{kind=\"acked\",reason=\"after_idle\"} 1",
                "aggregator_duplicate_facts_total{kind=\"sent\"} 1",
                "aggregator_samples_left_out_total{reason=\"negative_latency\"} 1",
                "aggregator_limited_facts_total{limit=\"error_codes\"} 5",
                "aggregator_watermark_seconds 1712345700.5",
                "aggregator_open_windows 3",
                "aggregator_batches_total 7",
                "aggregator_fold_seconds_total 1.5",
                "aggregator_partition_watermark_seconds{topic=\"im-latency\",partition=\"0\"} 1712345700.5",
                "aggregator_partition_lag_records{topic=\"im-latency\",partition=\"0\"} 150",
                "aggregator_partition_idle{topic=\"ack\",partition=\"11\"} 1",
                "aggregator_lost_records_total{topic=\"ack\",partition=\"1\"} 99",
                "aggregator_kafka_connected 1",
                "aggregator_last_commit_timestamp_seconds 1712345701",
                "aggregator_output_failures_total{output=\"file\"} 2",
                "aggregator_output_queued_results{output=\"file\"} 4",
            ],
            changed);
    }

    [Fact]
    public async Task A_revoked_partition_leaves_no_gauge_and_keeps_its_counter()
    {
        using MetricsFixture metrics = new();
        PartitionStatus kept = new("ack", 0, 1, 2, 1_000, Idle: false, Rejected: 0, Late: 0);
        metrics.Status.Partitions = [kept, kept with { Partition = 1 }];
        Assert.Equal(8, (await metrics.SamplesAsync("aggregator_")).Count(line => line.Contains("partition=\"", StringComparison.Ordinal)));

        metrics.Status.Partitions = [kept with { EndOffset = -1 }];

        Assert.Equal(
            [
                "aggregator_partition_watermark_seconds{topic=\"ack\",partition=\"0\"} 1", "aggregator_partition_idle{topic=\"ack\",partition=\"0\"} 0",
                "aggregator_lost_records_total{topic=\"ack\",partition=\"0\"} 0", "aggregator_lost_records_total{topic=\"ack\",partition=\"1\"} 0",
            ],
            (await metrics.SamplesAsync("aggregator_")).Where(line => line.Contains("partition=\"", StringComparison.Ordinal)));
    }

    [Fact]
    public void Build_info_comes_from_the_assembly()
    {
        BuildInfo build = BuildInfo.Of(Assembly.GetExecutingAssembly());

        Assert.Matches(@"^\d+\.\d+\.\d+", build.Version);
        Assert.DoesNotContain("+", build.Version, StringComparison.Ordinal);
        Assert.Equal(Environment.Version.ToString(), build.Runtime);
    }
}
