using Aggregator.Core.Generation;
using Aggregator.Core.Kafka;
using Aggregator.Host;
using Aggregator.Host.Commands;
using Aggregator.Tests.Support;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Aggregator.Tests.Commands;

public sealed class GenerateCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("generate-").FullName;
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();
    private readonly FakeCluster _cluster = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    public void Dispose()
    {
        _output.Dispose();
        _error.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_file_holds_the_traffic_in_envelopes_and_the_truth_is_that_of_its_records()
    {
        string[] options = ["--messages", "2000", "--rate", "20", "--seed", "7", "--bad", "0.01", "--partitions", "3", "--start", "2026-03-01T12:00:00+01:00",
            "--incident", "delivery-drop@20s:10s", "--set", "Aggregation:Window=00:00:10", "--set", "Aggregation:Groups=[[\"region\"]]"];
        int code = await RunAsync([.. options, "--output", In("traffic.jsonl"), "--truth", In("truth.jsonl")]);

        Assert.True(code == 0, _error.ToString());
        EnvelopeRecord[] records = [.. File.ReadLines(In("traffic.jsonl")).Select(EnvelopeRecord.Parse)];
        Assert.Equal(new DateTimeOffset(2026, 3, 1, 11, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds(), records[0].TimestampMs, 1_000.0);
        Assert.Equal([0, 1, 2], records.Select(record => record.Partition.Partition).Distinct().Order());
        ReferenceAggregator reference = new(new() { Window = TimeSpan.FromSeconds(10), AckTimeout = TimeSpan.FromSeconds(10), Groups = [["region"]] });
        foreach (EnvelopeRecord record in records)
        {
            reference.Add(record.Partition, record.Offset, record.TimestampMs, record.Value);
        }
        reference.Finish();
        Assert.Equal(reference.Lines, File.ReadAllLines(In("truth.jsonl")));
        Assert.Contains($"generated {records.Length:N0} records of 2,000 messages in ", _error.ToString(), StringComparison.Ordinal);
        Assert.Contains($"truth: {reference.Lines.Count} lines; {reference.Summary}\n", _error.ToString(), StringComparison.Ordinal);
        Assert.Empty(_output.ToString());

        await RunAsync([.. options, "--output", In("again.jsonl")]);
        Assert.Equal(File.ReadAllBytes(In("traffic.jsonl")), File.ReadAllBytes(In("again.jsonl")));
    }

    [Theory]
    [InlineData("say where the traffic ends: --messages N or --duration TIME", "--output", "-")]
    [InlineData("say where the traffic ends: --messages N or --duration TIME", "--pace", "none")]
    [InlineData("--truth needs traffic that ends: --messages N or --duration TIME", "--truth", "t")]
    [InlineData("--output and --truth cannot both be stdout", "--messages", "1", "--output", "-", "--truth", "-")]
    [InlineData("--partitions is for files; the topics in Kafka have as many as they have", "--messages", "1", "--partitions", "2")]
    [InlineData("the share of lost messages is 2; it must be from 0 to 1", "--messages", "1", "--loss", "2", "--errors", "0", "--skew", "0", "--output", "-")]
    [InlineData("the dimension 'city' is unknown; known are region, platform, node", "--messages", "1", "--dimensions", "region,city", "--output", "-")]
    public async Task What_cannot_be_generated_is_explained_and_ends_with_2(string message, params string[] args)
    {
        int code = await RunAsync(args);

        Assert.Equal(2, code);
        Assert.Contains(message, _error.ToString(), StringComparison.Ordinal);
        Assert.Empty(_output.ToString());
    }

    [Theory]
    [InlineData("incident 'flood@5m:2m': unknown kind 'flood'; known are delivery-drop, latency-spike, node-outage", "--incident", "flood@5m:2m")]
    [InlineData("--duration 'soon' must be a time over 0 such as 90s, 5m or 1h30m", "--duration", "soon")]
    [InlineData("--start 'today' must be a time such as 2026-01-01T00:00:00Z, or milliseconds since 1970", "--start", "today")]
    public async Task Options_that_cannot_be_read_are_explained_and_end_with_2(string message, params string[] args)
    {
        int code = await RunAsync(args);

        Assert.Equal((2, "", $"aggregator: {message}\n'aggregator generate --help' shows what is possible.\n"), (code, _output.ToString(), _error.ToString()));
    }

    [Fact]
    public async Task A_topic_that_is_missing_is_named_with_what_to_do()
    {
        _cluster.Topics.Add(new("im-latency", 2, 1, new Dictionary<string, string>()));
        int code = await RunAsync("--messages", "1");

        Assert.Equal(1, code);
        Assert.Equal("aggregator: the topic ack does not exist at localhost:9092; 'aggregator topics create' creates what is missing\n", _error.ToString());
    }

    [Fact]
    public async Task A_Kafka_that_does_not_answer_ends_the_verb_with_1()
    {
        _cluster.Down = "kafka-1:9092 does not answer";
        int code = await RunAsync("--messages", "1");

        Assert.Equal((1, "aggregator: kafka-1:9092 does not answer\n"), (code, _error.ToString()));
    }

    [Fact]
    public async Task Traffic_goes_into_the_partitions_that_the_topics_have_and_ends_now_when_it_is_not_paced()
    {
        using Aggregator.Tests.Kafka.EmbeddedKafka kafka = new(partitions: 3);
        _cluster.Topics.AddRange(new[] { "im-latency", "ack" }.Select(name => new TopicDescription(name, 3, 1, new Dictionary<string, string>())));
        int code = await RunAsync(
            "--messages", "500", "--rate", "100", "--late", "0", "--tail", "0", "--pace", "none", "--set", $"Kafka:BootstrapServers={kafka.Broker.BootstrapServers}",
            "--truth", In("truth.jsonl"));

        Assert.True(code == 0, _error.ToString());
        Assert.Matches(@"^generated 1,\d\d\d records of 500 messages in ", _error.ToString());
        Assert.Matches("""^\{"window_start":[0-9]+,"window_ms":60000,"group":\{\},"online_users":""", File.ReadLines(In("truth.jsonl")).First());
        long now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        Assert.Contains($"{{\"window_start\":{now - 60_000},", File.ReadAllText(In("truth.jsonl")), StringComparison.Ordinal);
    }

    private string In(string name) => Path.Combine(_folder, name);

    private Task<int> RunAsync(params string[] args) =>
        CommandLineApp.RunAsync(["generate", .. args], _output, _error, GenerateCommand.Create(_cluster.Access, _time));
}
