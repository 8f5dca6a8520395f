using System.CommandLine;
using System.Globalization;
using System.Text;
using Aggregator.Core.Generation;
using Aggregator.Core.Kafka;
using Aggregator.Host.Settings;
using Aggregator.Host.Traffic;

namespace Aggregator.Host.Commands;

/// <summary>The verb <c>generate</c>: realistic traffic into the topics of a Kafka, or into a file that <c>replay</c> reads.</summary>
public static class GenerateCommand
{
    private const string RealTime = "realtime";
    private const string AsFastAsPossible = "none";

    public static Command Create() => Create(KafkaAccess.Real, TimeProvider.System);

    public static Command Create(KafkaAccess kafka, TimeProvider time)
    {
        Command command = new(
            "generate",
            "Makes realistic IM traffic, into Kafka or a file. The same options give the same records.\n\n"
            + "Examples: aggregator generate --messages 100000 --output traffic.jsonl --truth truth.jsonl\n"
            + "          aggregator generate --rate 5000 --incident delivery-drop@5m:2m --set Kafka:BootstrapServers=host:9092");
        GenerateOptions traffic = GenerateOptions.AddTo(command);
        Option<string?> output = new("--output")
        {
            HelpName = "FILE",
            Description = "Writes a file as 'kcat -C -J' would export the topics, in place of Kafka; '-' is stdout.",
        };
        Option<string?> pace = new("--pace")
        {
            HelpName = "PACE",
            Description = $"{RealTime}: as the clock goes, the default for Kafka; {AsFastAsPossible}: as fast as it can, the default for a file.",
        };
        pace.AcceptOnlyFromAmong(RealTime, AsFastAsPossible);
        Option<string?> truth = new("--truth")
        {
            HelpName = "FILE",
            Description = "Writes the results that the traffic must give, one line for each window and group, by the section Aggregation of the settings; "
                + "computed plainly, with some 500 bytes of memory for each record.",
        };
        command.Options.Add(output);
        command.Options.Add(pace);
        command.Options.Add(truth);
        SettingsOptions settings = SettingsOptions.AddTo(command);
        command.SetAction((parsed, cancellation) =>
        {
            AggregatorSettings all = settings.Read(parsed);
            string? file = parsed.GetValue(output);
            Generate generate = new(kafka, time, all, parsed.InvocationConfiguration.Error)
            {
                Output = file,
                Truth = parsed.GetValue(truth),
                IsPaced = (parsed.GetValue(pace) ?? (file is null ? RealTime : AsFastAsPossible)) == RealTime,
                HasStart = traffic.HasStart(parsed),
                HasPartitions = traffic.HasPartitions(parsed),
            };
            return generate.RunAsync(traffic.Read(parsed, all.Fields), cancellation);
        });
        return command;
    }

    private sealed class Generate(KafkaAccess access, TimeProvider time, AggregatorSettings settings, TextWriter error)
    {
        public required string? Output { get; init; }

        public required string? Truth { get; init; }

        public required bool IsPaced { get; init; }

        public required bool HasStart { get; init; }

        public required bool HasPartitions { get; init; }

        public async Task<int> RunAsync(TrafficSettings traffic, CancellationToken cancellation)
        {
            bool ends = traffic.Duration is not null || traffic.Messages is not null;
            Check(ends);
            if (Output is null)
            {
                traffic = await ForKafkaAsync(traffic, cancellation);
            }
            ReferenceAggregator? truth = Truth is null ? null : new(settings.Aggregation, settings.Fields);
            TrafficGenerator generator = new(traffic);
            await using ITrafficSink sink = Output is null ? new KafkaSink(settings.Kafka, error.WriteLine) : new EnvelopeSink(OutputFile.Create(Output), settings.Kafka);
            TrafficPlayer player = new(generator, sink, time)
            {
                PacedFromMs = IsPaced ? traffic.StartMs : null,
                Truth = truth,
                Progress = (records, elapsed, behind) => error.WriteLine(
                    $"{Count(records)} records, {Rate(records, elapsed)}/s" + (behind < TimeSpan.FromSeconds(2) ? "" : $", {Count((long)behind.TotalSeconds)} s behind the clock")
                    + (sink.Waiting is { } waiting ? $"; {waiting}" : "")),
            };
            long started = time.GetTimestamp();
            bool wasStopped = false;
            try
            {
                await player.RunAsync(cancellation);
            }
            catch (OperationCanceledException) when (!ends)
            {
                // traffic without an end ends like that
                wasStopped = true;
            }
            // Ctrl-C has been used up; the rest is bounded.
            await sink.CompleteAsync(wasStopped ? CancellationToken.None : cancellation);
            TimeSpan took = time.GetElapsedTime(started);
            await error.WriteLineAsync($"generated {Count(generator.Records)} records of {Count(generator.Messages)} messages in "
                + $"{took.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture)} s, {Rate(generator.Records, took)} records/s");
            if (truth is not null)
            {
                await WriteTruthAsync(truth, cancellation);
            }
            return ExitCode.Ok;
        }

        private void Check(bool ends)
        {
            if (!ends && (!IsPaced || Output is not null))
            {
                throw new CommandFailedException("say where the traffic ends: --messages N or --duration TIME", ExitCode.Usage);
            }
            if (!ends && Truth is not null)
            {
                throw new CommandFailedException("--truth needs traffic that ends: --messages N or --duration TIME", ExitCode.Usage);
            }
            if (Output == "-" && Truth == "-")
            {
                throw new CommandFailedException("--output and --truth cannot both be stdout", ExitCode.Usage);
            }
            if (Output is null && HasPartitions)
            {
                throw new CommandFailedException("--partitions is for files; the topics in Kafka have as many as they have", ExitCode.Usage);
            }
        }

        private async Task<TrafficSettings> ForKafkaAsync(TrafficSettings traffic, CancellationToken cancellation)
        {
            using ITopicAdmin admin = access.Topics(settings.Kafka);
            TopicDescriptions topics = await admin.DescribeTopicsAsync([settings.Kafka.LatencyTopic, settings.Kafka.AckTopic], cancellation);
            long now = time.GetUtcNow().ToUnixTimeMilliseconds();
            TimeSpan length = traffic.Duration ?? TimeSpan.FromSeconds((traffic.Messages ?? 0) / traffic.Rate);
            return traffic with
            {
                LatencyPartitions = PartitionsOf(settings.Kafka.LatencyTopic),
                AckPartitions = PartitionsOf(settings.Kafka.AckTopic),
                // Records from the future would be rejected where the brokers set the timestamps.
                StartMs = HasStart ? traffic.StartMs : IsPaced ? now : now - (long)length.TotalMilliseconds,
            };

            int PartitionsOf(string name) => topics.Topics.FirstOrDefault(topic => topic.Name == name)?.Partitions
                ?? throw new CommandFailedException(
                    $"the topic {name} does not exist at {settings.Kafka.BootstrapServers}; 'aggregator topics create' creates what is missing");
        }

        private async Task WriteTruthAsync(ReferenceAggregator truth, CancellationToken cancellation)
        {
            truth.Finish();
            await using OutputFile file = OutputFile.Create(Truth!);
            foreach (string line in truth.Lines)
            {
                await file.Stream.WriteAsync(Encoding.UTF8.GetBytes(line + "\n"), cancellation);
            }
            file.Complete();
            await error.WriteLineAsync($"truth: {truth.Lines.Count} lines; {truth.Summary}");
        }

        private static string Count(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

        private static string Rate(long records, TimeSpan took) => Count((long)(records / Math.Max(took.TotalSeconds, 0.001)));
    }
}
