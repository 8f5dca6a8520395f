using System.Diagnostics;
using System.Globalization;
using Aggregator.Core.Diagnostics;
using Aggregator.Core.Generation;
using Aggregator.Core.Kafka;
using Aggregator.Core.Pipeline;
using Aggregator.Core.Publishing;
using Aggregator.Core.Records;
using Aggregator.Core.Windows;
using Akka.Actor;
using Akka.Streams;
using Microsoft.Extensions.Logging.Abstractions;

namespace Aggregator.Benchmarks.Drain;

/// <summary>
/// The whole way from a real broker: fills two topics of four partitions with generated traffic and drains them by both transports, with a bare loop and with the
/// whole job of the service, in turn, so that all see the same machine.
/// </summary>
public static class DrainCommand
{
    private const int Partitions = 4;

    /// <param name="arguments"><c>--kafka HOST:PORT</c>, <c>--messages N</c> (default 1,000,000), <c>--runs N</c> (default 3).</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(IReadOnlyDictionary<string, string> arguments)
    {
        if (!arguments.TryGetValue("kafka", out string? servers))
        {
            await Console.Error.WriteLineAsync("drain --kafka HOST:PORT [--messages N] [--runs N]");
            return 2;
        }
        long messages = long.Parse(arguments.GetValueOrDefault("messages", "1000000"), CultureInfo.InvariantCulture);
        int runs = int.Parse(arguments.GetValueOrDefault("runs", "3"), CultureInfo.InvariantCulture);
        string id = Stopwatch.GetTimestamp().ToString("x", CultureInfo.InvariantCulture);
        KafkaSettings settings = new() { BootstrapServers = servers, LatencyTopic = $"drain-{id}-latency", AckTopic = $"drain-{id}-ack" };
        long records = await FillAsync(settings, messages);
        Console.WriteLine(FormattableString.Invariant($"{records:N0} records in {settings.LatencyTopic} and {settings.AckTopic}; {Environment.ProcessorCount} processors"));
        Console.WriteLine("CPU time and memory are those of the process, the client's threads among them. The broker is on the same processors.");
        Console.WriteLine($"{"way",-32} {"records/s",12} {"CPU us/record",14} {"GC bytes/record",16} {"peak RSS MB",12} {"GC pauses, ms",22}");
        for (int run = 0; run < runs; run++)
        {
            await MeasureAsync("consume: bare loop", records, () => Task.Run(() => BareLoop.Consume(settings, Partitions, records)));
            await MeasureAsync("batch: bare loop", records, () => Task.Run(() => BareLoop.Batch(settings, Partitions, records)));
            foreach (string transport in (string[])["consume", "batch"])
            {
                KafkaSettings job = settings with { GroupId = $"{id}-{run}-{transport}", Transport = transport };
                await MeasureAsync($"{transport}: whole job", records, () => DrainAsync(job, [], records));
                await MeasureAsync($"{transport}: whole job, 2 dim. sets", records, () => DrainAsync(
                    job with { GroupId = job.GroupId + "-groups" }, [["region", "platform"], ["region", "platform", "node"]], records));
            }
        }
        return 0;
    }

    private static async Task<long> FillAsync(KafkaSettings settings, long messages)
    {
        using (ClusterAdmin admin = new(ClientConfiguration.Admin(settings), TimeProvider.System))
        {
            IReadOnlyList<TopicProblem> problems = await admin.CreateTopicsAsync(
                [Topic(settings.LatencyTopic), Topic(settings.AckTopic)], CancellationToken.None);
            if (problems.Count > 0)
            {
                throw new InvalidOperationException(problems[0].ToString());
            }
        }
        TrafficGenerator traffic = new(new TrafficSettings { Rate = 10_000, Messages = messages, LatencyPartitions = Partitions, AckPartitions = Partitions });
        using RecordProducer producer = new(settings);
        while (traffic.TryNext(out GeneratedRecord record))
        {
            producer.Produce(record.Partition, record.TimestampMs, record.Key, record.Value, record.HasValue, CancellationToken.None);
        }
        return producer.Flush(TimeSpan.FromMinutes(1)) ? traffic.Records : throw new InvalidOperationException("The broker did not take the records.");
    }

    private static TopicDescription Topic(string name) => new(name, Partitions, 1, new Dictionary<string, string>());

    private static async Task MeasureAsync(string name, long records, Func<Task> drain)
    {
        GC.Collect();
        Process process = Process.GetCurrentProcess();
        ResetPeak();
        TimeSpan cpuBefore = process.TotalProcessorTime;
        long allocatedBefore = GC.GetTotalAllocatedBytes();
        TimeSpan pausedBefore = GC.GetTotalPauseDuration();
        long collectionsBefore = GC.CollectionCount(0);
        long started = Stopwatch.GetTimestamp();
        await drain();
        TimeSpan took = Stopwatch.GetElapsedTime(started);
        process.Refresh();
        double cpuMicroseconds = (process.TotalProcessorTime - cpuBefore).TotalMicroseconds / records;
        double allocated = (double)(GC.GetTotalAllocatedBytes() - allocatedBefore) / records;
        double paused = (GC.GetTotalPauseDuration() - pausedBefore).TotalMilliseconds;
        long collections = GC.CollectionCount(0) - collectionsBefore;
        Console.WriteLine(FormattableString.Invariant(
            $"{name,-32} {records / took.TotalSeconds,12:N0} {cpuMicroseconds,14:0.00} {allocated,16:0.0} {process.PeakWorkingSet64 / 1e6,12:0} {$"{paused:0.0} in {collections}",22}"));
    }

    /// <summary>Begins the peak of resident memory anew, where the system can (Linux).</summary>
    private static void ResetPeak()
    {
        if (OperatingSystem.IsLinux())
        {
            File.WriteAllText("/proc/self/clear_refs", "5");
        }
    }

    private static async Task DrainAsync(KafkaSettings settings, IReadOnlyList<IReadOnlyList<string>> groups, long records)
    {
        AggregationSettings aggregation = new() { Groups = groups };
        ServiceStatus status = new();
        FoldCounters counters = new();
        using ActorSystem system = ActorSystem.Create("drain", "akka { loglevel = WARNING, stdout-loglevel = OFF }");
        await using PrometheusOutput page = new(aggregation);
        await using KafkaRecordSource source = new(settings, new RecordBatchPool(), status, NullLogger<KafkaRecordSource>.Instance, TimeProvider.System);
        using OffsetCommitter committer = new(source.Offsets, status, NullLogger<OffsetCommitter>.Instance, TimeProvider.System);
        await using ResultPublisher publisher = new([page], status, NullLogger<ResultPublisher>.Instance, TimeProvider.System);
        LiveFold fold = new(aggregation, new FieldNames(), settings, counters, status, null, committer.Progress, TimeProvider.System);
        PipelineControl pipeline = AggregatorPipeline.Build(source, fold, publisher, committer).Run(system.Materializer());
        while (counters.Records(RecordTopic.Latency) + counters.Records(RecordTopic.Ack) < records)
        {
            Task first = await Task.WhenAny(pipeline.Completion, Task.Delay(5));
            if (first == pipeline.Completion)
            {
                await first;
                throw new InvalidOperationException("The pipeline ended before all records were read.");
            }
        }
        pipeline.Source.Complete();
        await pipeline.Completion;
        await pipeline.Source.StopAsync(TimeSpan.FromSeconds(5));
        await system.Terminate();
    }
}
