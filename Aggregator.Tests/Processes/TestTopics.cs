using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Aggregator.Core.Generation;
using Aggregator.Core.Kafka;
using Aggregator.Host;
using Aggregator.Host.Commands;
using Aggregator.Host.Traffic;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Xunit;

namespace Aggregator.Tests.Processes;

/// <summary>Both topics and a group of a test's own on a real broker: traffic in, records and the results of <c>replay</c> out.</summary>
internal sealed class TestTopics : IAsyncDisposable
{
    public const string Variable = "AGGREGATOR_TEST_KAFKA";

    private static int _count;
    private KafkaSink? _sink;

    private TestTopics(string servers, int partitions)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"p{Environment.ProcessId:x}-{Stopwatch.GetTimestamp():x}-{Interlocked.Increment(ref _count)}");
        Partitions = partitions;
        Kafka = new() { BootstrapServers = servers, GroupId = name + "-group", LatencyTopic = name + "-latency", AckTopic = name + "-ack" };
        Folder = Directory.CreateTempSubdirectory("aggregator-" + name + "-").FullName;
    }

    public KafkaSettings Kafka { get; }

    public int Partitions { get; }

    /// <summary>Files of the test; stays when the test fails, for whoever looks into it.</summary>
    public string Folder { get; }

    /// <summary>Set when all is well: the files are not needed any more.</summary>
    public bool IsDone { get; set; }

    /// <summary>The broker of <c>AGGREGATOR_TEST_KAFKA</c>; the test is skipped without it.</summary>
    public static string SharedBroker()
    {
        string? servers = Environment.GetEnvironmentVariable(Variable);
        Assert.SkipWhen(string.IsNullOrEmpty(servers), $"needs a real broker: {Variable} is not set");
        return servers!;
    }

    public static async Task<TestTopics> CreateAsync(string servers, int partitions, IReadOnlyDictionary<string, string>? config = null)
    {
        TestTopics topics = new(servers, partitions);
        await topics.CreateTopicsAsync(config);
        return topics;
    }

    public async Task CreateTopicsAsync(IReadOnlyDictionary<string, string>? config = null)
    {
        using ClusterAdmin admin = new(ClientConfiguration.Admin(Kafka), TimeProvider.System);
        config ??= new Dictionary<string, string>();
        Assert.Empty(await admin.CreateTopicsAsync(
            [new(Kafka.LatencyTopic, Partitions, 1, config), new(Kafka.AckTopic, Partitions, 1, config)], CancellationToken.None));
    }

    /// <summary>Adds partitions to both topics.</summary>
    public async Task GrowAsync(int partitions)
    {
        using IAdminClient admin = new AdminClientBuilder(ClientConfiguration.Admin(Kafka)).Build();
        await admin.CreatePartitionsAsync(
            new[] { Kafka.LatencyTopic, Kafka.AckTopic }.Select(topic => new PartitionsSpecification { Topic = topic, IncreaseTo = partitions }));
        // The producer would believe in the old number for minutes.
        if (_sink is { } sink)
        {
            _sink = null;
            await sink.DisposeAsync();
        }
    }

    public string File(string name) => Path.Combine(Folder, name);

    /// <summary>Settings for the command line.</summary>
    public string[] Arguments(params string[] more) =>
    [
        "--set", "Kafka:BootstrapServers=" + Kafka.BootstrapServers, "--set", "Kafka:LatencyTopic=" + Kafka.LatencyTopic,
        "--set", "Kafka:AckTopic=" + Kafka.AckTopic, "--set", "Kafka:GroupId=" + Kafka.GroupId,
        .. more.SelectMany(setting => new[] { "--set", setting }),
    ];

    /// <summary>Writes what the generator has up to a time of its own, and waits until the broker took it.</summary>
    public async Task WriteAsync(TrafficGenerator traffic, long untilMs = long.MaxValue)
    {
        _sink ??= new(Kafka);
        while (traffic.NextTimestampMs <= untilMs && traffic.TryNext(out GeneratedRecord record))
        {
            _sink.Write(record, CancellationToken.None);
        }
        await _sink.CompleteAsync(CancellationToken.None);
    }

    /// <summary>Writes traffic as the clock goes, over outages of the broker too; returns when the broker has all of it.</summary>
    public async Task PlayAsync(TimeSpan duration, double rate, CancellationToken cancellation)
    {
        long now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        // Nothing of the past and nothing that comes minutes late: the traffic has to end when it ends.
        TrafficGenerator traffic = new(new TrafficSettings
        {
            Seed = 7, StartMs = now, Rate = rate, Users = 500, Duration = duration, LatencyPartitions = Partitions, AckPartitions = Partitions, LateShare = 0,
        });
        await using KafkaSink sink = new(Kafka with { Properties = new Dictionary<string, string> { ["message.timeout.ms"] = "300000", ["reconnect.backoff.max.ms"] = "1000" } });
        await Task.Run(() => new TrafficPlayer(traffic, sink, TimeProvider.System) { PacedFromMs = now }.RunAsync(cancellation), cancellation);
        await sink.CompleteAsync(cancellation);
    }

    /// <summary>What <c>replay</c> makes of all records that are in the topics now.</summary>
    public async Task<string[]> ReplayAsync(params string[] settings)
    {
        string records = Export(), results = File("replay.jsonl");
        using StringWriter error = new();
        int code = await CommandLineApp.RunAsync(
            ["replay", "--input", records, "--output", results, "--summary", File("summary.json"), .. Arguments(settings)], TextWriter.Null, error, ReplayCommand.Create());
        Assert.True(code == 0, $"replay ended with {code}: {error}");
        return await System.IO.File.ReadAllLinesAsync(results);
    }

    public async ValueTask DisposeAsync()
    {
        if (_sink is not null)
        {
            await _sink.DisposeAsync();
        }
        if (IsDone)
        {
            Directory.Delete(Folder, recursive: true);
        }
    }

    /// <summary>Writes all records that are in the topics now into a file, as <c>kcat -C -J</c> would.</summary>
    /// <returns>The path of the file.</returns>
    public string Export()
    {
        string path = File("records.jsonl");
        ConsumerConfig config = new()
        {
            BootstrapServers = Kafka.BootstrapServers,
            GroupId = Kafka.GroupId + "-export",
            EnablePartitionEof = true,
            EnableAutoCommit = false,
            AutoOffsetReset = AutoOffsetReset.Earliest,
            IsolationLevel = IsolationLevel.ReadCommitted,
            FetchQueueBackoffMs = 5,
        };
        using IConsumer<byte[]?, byte[]?> consumer = new ConsumerBuilder<byte[]?, byte[]?>(config).Build();
        using IAdminClient admin = new DependentAdminClientBuilder(consumer.Handle).Build();
        TopicPartitionOffset[] partitions = [.. new[] { Kafka.LatencyTopic, Kafka.AckTopic }.SelectMany(topic =>
            admin.GetMetadata(topic, TimeSpan.FromSeconds(60)).Topics[0].Partitions.Select(partition =>
                new TopicPartitionOffset(topic, partition.PartitionId, Offset.Beginning)))];
        consumer.Assign(partitions);
        using StreamWriter lines = new(path, append: false, new UTF8Encoding(false));
        for (int open = partitions.Length; open > 0;)
        {
            ConsumeResult<byte[]?, byte[]?> result = consumer.Consume(TimeSpan.FromSeconds(60)) ?? throw new TimeoutException("The export of the records stands still.");
            if (result.IsPartitionEOF)
            {
                open--;
                continue;
            }
            Dictionary<string, object?> line = new()
            {
                ["topic"] = result.Topic,
                ["partition"] = result.Partition.Value,
                ["offset"] = result.Offset.Value,
                ["ts"] = result.Message.Timestamp.UnixTimestampMs,
            };
            byte[]? value = result.Message.Value;
            line[value is null ? "payload" : "payload_base64"] = value is null ? null : Convert.ToBase64String(value);
            lines.WriteLine(JsonSerializer.Serialize(line));
        }
        return path;
    }
}
