using System.Globalization;
using System.Text.Json;
using Aggregator.Tests.Kafka;
using Aggregator.Tests.Support;
using Confluent.Kafka;
using Xunit;

namespace Aggregator.Tests.Processes;

/// <summary>What makes a live result differ from a replay, brought about on the real broker and scraped by a real Prometheus: <c>--diff</c> names it.</summary>
[Collection(nameof(ProcessTests))] // it goes by the clock
public sealed class DifferenceCausesTests
{
    private const long SizeMs = 2_000;

    private readonly int _page = PrometheusProcess.FreePort();

    private static CancellationToken Aborted => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Facts_of_a_partition_that_was_idle_and_came_when_the_window_was_published()
    {
        string program = PrometheusProcess.Program("prometheus", 2);
        await using TestTopics topics = await TestTopics.CreateAsync(TestTopics.SharedBroker(), partitions: 2);
        using IProducer<string?, string?> producer = EmbeddedKafka.Producer(topics.Kafka.BootstrapServers);
        string[] settings = Settings(topics);
        (AggregatorProcess service, PrometheusProcess recorder) = await StartAsync(program, settings);
        await using PrometheusProcess __ = recorder;
        await using AggregatorProcess _ = service;

        // All partitions are read to their ends: by the clock the window is over then.
        long startMs = WindowOfNow();
        await WriteAsync(topics, producer, partition: 0, startMs, count: 10);
        await RecordedAsync(recorder, startMs);
        await WriteAsync(topics, producer, partition: 1, startMs, count: 7);
        await recorder.QueryUntilAsync("sum(increase(aggregator_late_facts_total{reason=\"after_idle\"}[1m])) > 0", answer => answer.Length == 1, Aborted);

        JsonElement difference = await DifferenceAsync(recorder, topics, startMs,
            [.. settings, "--from", $"{startMs}", "--to", string.Create(CultureInfo.InvariantCulture, $"{startMs + SizeMs}")]);

        Assert.Equal((17, 10), ValueOf(difference, "im_window_sent_messages"));
        Assert.Equal("late_after_idle", CauseOf(difference).GetProperty("cause").GetString());
        Assert.StartsWith("the service counted about ", CauseOf(difference).GetProperty("evidence").GetString(), StringComparison.Ordinal);
        topics.IsDone = true;
    }

    [Fact]
    public async Task Records_that_retention_took_before_the_service_read_them()
    {
        string program = PrometheusProcess.Program("prometheus", 2);
        await using TestTopics topics = await TestTopics.CreateAsync(TestTopics.SharedBroker(), partitions: 1);
        using IProducer<string?, string?> producer = EmbeddedKafka.Producer(topics.Kafka.BootstrapServers);
        string[] settings = Settings(topics);
        (AggregatorProcess first, PrometheusProcess recorder) = await StartAsync(program, settings);
        await using PrometheusProcess _ = recorder;
        await using (first)
        {
            long firstMs = WindowOfNow();
            await WriteAsync(topics, producer, partition: 0, firstMs, count: 10);
            await RecordedAsync(recorder, firstMs);
            await first.TerminateAsync(TimeSpan.FromSeconds(60));
        }
        // While nobody reads: more records, and the older half of them goes. Whoever archives the topics has them still.
        long startMs = WindowOfNow();
        await WriteAsync(topics, producer, partition: 0, startMs, count: 10);
        string archive = topics.Export();
        using (IAdminClient admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = topics.Kafka.BootstrapServers }).SetLogHandler((_, _) => { }).Build())
        {
            await admin.DeleteRecordsAsync([new TopicPartitionOffset(topics.Kafka.LatencyTopic, 0, 14)]);
        }

        await using AggregatorProcess second = AggregatorProcess.Start(Run(settings));
        await RecordedAsync(recorder, startMs);
        await recorder.QueryUntilAsync("sum(increase(aggregator_lost_records_total[1m])) > 0", answer => answer.Length == 1, Aborted);
        JsonElement difference = await DifferenceAsync(recorder, topics, startMs, [.. settings, "--input", archive]);

        Assert.Equal((10, 6), ValueOf(difference, "im_window_sent_messages"));
        Assert.Equal("lost_records", CauseOf(difference).GetProperty("cause").GetString());
        topics.IsDone = true;
    }

    private static string[] Settings(TestTopics topics) =>
        topics.Arguments("Aggregation:Window=00:00:02", "Aggregation:Lateness=00:00:01", "Aggregation:AckTimeout=00:00:02", "Aggregation:IdleTimeout=00:00:01");

    private string[] Run(string[] settings) => ["run", "--web.listen-address", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{_page}"), .. settings];

    private async Task<(AggregatorProcess Service, PrometheusProcess Recorder)> StartAsync(string program, string[] settings)
    {
        AggregatorProcess service = AggregatorProcess.Start(Run(settings));
        PrometheusProcess recorder = await (await PrometheusProcess.StartAsync(program, string.Create(CultureInfo.InvariantCulture,
            $"  - {{job_name: im, static_configs: [{{targets: ['127.0.0.1:{_page}']}}]}}\n"), Aborted)).ReadyAsync(Aborted);
        // Counters are there before they grow: without a zero there is no growth to see.
        await recorder.QueryUntilAsync("sum(aggregator_lost_records_total) == 0", answer => answer.Length == 1, Aborted);
        return (service, recorder);
    }

    private static long WindowOfNow() => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / SizeMs * SizeMs;

    /// <summary>Writes messages of a window, all at once.</summary>
    private static async Task WriteAsync(TestTopics topics, IProducer<string?, string?> producer, int partition, long windowMs, int count) =>
        await Task.WhenAll(Enumerable.Range(0, count).Select(i => producer.ProduceAsync(new TopicPartition(topics.Kafka.LatencyTopic, partition), new()
        {
            Key = "k",
            Value = string.Create(CultureInfo.InvariantCulture,
                $"{{\"msg_id\":\"m{partition}-{windowMs}-{i}\",\"from\":\"u{i}\",\"to\":\"v{i}\",\"send_ts\":{windowMs + i},\"latency\":{20 + i}}}"),
            Timestamp = new Timestamp(windowMs + 20 + (2 * i), TimestampType.CreateTime),
        }, Aborted)));

    /// <summary>Waits until Prometheus has the delivery of a window.</summary>
    private static Task<string[]> RecordedAsync(PrometheusProcess recorder, long windowMs) => recorder.QueryUntilAsync(
        string.Create(CultureInfo.InvariantCulture, $"im_window_end_timestamp_seconds{{result=\"delivery\"}} == {(windowMs + SizeMs) / 1000}"), answer => answer.Length == 1, Aborted);

    /// <summary>What the comparison finds of the delivery of one window.</summary>
    private static async Task<JsonElement> DifferenceAsync(PrometheusProcess recorder, TestTopics topics, long windowMs, string[] arguments)
    {
        string differences = topics.File("differences.jsonl");
        HostProcess.Outcome outcome = await HostProcess.RunAsync(["replay", "--diff", $"{recorder.Address}", "--diff-within", "00:05:00", "--diff-output", differences, .. arguments]);
        Assert.True(outcome.ExitCode == 1, outcome.Output + outcome.Error);
        JsonElement[] found = [.. (await File.ReadAllLinesAsync(differences, Aborted)).Select(line => JsonDocument.Parse(line).RootElement)];
        return Assert.Single(found, line => line.GetProperty("window_start").GetInt64() == windowMs && line.GetProperty("result").GetString() == "delivery"
            && line.GetProperty("state").GetString() == "differs");
    }

    private static (double Computed, double Stored) ValueOf(JsonElement difference, string series)
    {
        JsonElement value = difference.GetProperty("values").EnumerateArray().Single(value => value.GetProperty("series").GetString() == series);
        return (value.GetProperty("computed").GetDouble(), value.GetProperty("stored").GetDouble());
    }

    private static JsonElement CauseOf(JsonElement difference) => difference.GetProperty("causes")[0];
}
