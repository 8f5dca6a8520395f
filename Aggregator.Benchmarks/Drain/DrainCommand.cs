using System.Diagnostics;
using System.Globalization;
using Aggregator.Benchmarks.Input;
using Aggregator.Benchmarks.Peer;
using Aggregator.Core.Generation;
using Aggregator.Core.Kafka;

namespace Aggregator.Benchmarks.Drain;

/// <summary>
/// The whole way from a real broker: fills two topics of four partitions with generated traffic and drains them by both transports, with a bare loop and with the
/// whole job of the service, in turn, so that all see the same machine. Each time in a process of its own, so that none has the memory of another.
/// </summary>
public static class DrainCommand
{
    private const string Usage = "drain --kafka HOST:PORT [--messages N] [--rate N] [--runs N] [--only PART_OF_A_WAY] [--threads yes] [--pauses MS] [--topics ID --records N] [--client KEY=VALUE,…] [--affinity shared|none] [--java FOLDER]";

    private static readonly string[] Ways =
    [
        "consume: bare loop", "batch: bare loop", "consume: whole job", "consume: whole job, 2 dim. sets", "batch: whole job", "batch: whole job, 2 dim. sets",
    ];

    private static readonly string[] PassedOn = ["client", "affinity", "threads", "pauses"];

    // Those that know the total group only, as the program in Java.
    private static readonly string[] Comparable = ["consume: whole job", "batch: whole job"];

    /// <param name="arguments">
    /// <c>--kafka HOST:PORT</c>; <c>--messages N</c> (default 1,000,000) at <c>--rate N</c> a second of their own time (10,000); <c>--runs N</c> (default 3);
    /// <c>--only TEXT</c>: ways that contain it; <c>--threads yes</c>: CPU time of each thread, too; <c>--pauses MS</c>: what each pause of at least so long is made of; <c>--topics ID --records N</c>: topics of an earlier run;
    /// <c>--client KEY=VALUE,…</c>: settings of librdkafka; <c>--affinity shared|none</c>: as the setting <c>Kafka:Affinity</c>; <c>--java FOLDER</c>: with programs in Java, too (<see cref="JavaPeer"/>), and results compared.
    /// </param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(IReadOnlyDictionary<string, string> arguments)
    {
        if (!arguments.TryGetValue("kafka", out string? servers))
        {
            await Console.Error.WriteLineAsync(Usage);
            return 2;
        }
        string id = arguments.GetValueOrDefault("topics", Stopwatch.GetTimestamp().ToString("x", CultureInfo.InvariantCulture));
        string client = arguments.GetValueOrDefault("client", "");
        KafkaSettings settings = new()
        {
            BootstrapServers = servers,
            LatencyTopic = $"drain-{id}-latency",
            AckTopic = $"drain-{id}-ack",
            Affinity = arguments.GetValueOrDefault("affinity", "auto"),
            Properties = client.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]),
        };
        if (arguments.TryGetValue("way", out string? way))
        {
            await DrainMeasurement.RunAsync(way, settings, arguments.Number("records", 0), arguments["results"], arguments.ContainsKey("threads"),
                arguments.ContainsKey("pauses") ? TimeSpan.FromMilliseconds(arguments.Number("pauses", 0)) : null);
            return 0;
        }
        long records = arguments.ContainsKey("topics") ? arguments.Number("records", 0) : await BrokerTraffic.FillAsync(settings, new TrafficSettings { Rate = arguments.Number("rate", 10_000), Messages = arguments.Number("messages", 1_000_000) });
        Console.WriteLine(FormattableString.Invariant($"{records:N0} records, topics {id}; {Environment.ProcessorCount} processors"));
        Console.WriteLine("The whole process, the client's threads among them; the broker is on the same processors. CPU time, rate, garbage and the longest pause after the first quarter,");
        Console.WriteLine("in brackets CPU time and pause from the start of reading on, compilation included.");
        Console.WriteLine(DrainMeasurement.Header);
        using JavaPeer? java = arguments.TryGetValue("java", out string? libraries) ? new(settings, libraries) : null;
        DirectoryInfo results = Directory.CreateTempSubdirectory("drain-");
        try
        {
            string[] ways = [.. Ways.Concat(java is null ? [] : JavaPeer.Ways).Where(each => each.Contains(arguments.GetValueOrDefault("only", ""), StringComparison.Ordinal))];
            for (long run = 0; run < arguments.Number("runs", 3); run++)
            {
                foreach (string each in ways)
                {
                    string file = ResultsOf(results, each);
                    if (java is not null && JavaPeer.Ways.Contains(each))
                    {
                        java.Run(each, file);
                        continue;
                    }
                    List<string> child = [typeof(DrainCommand).Assembly.Location, "drain", "--kafka", servers, "--topics", id, "--way", each, "--records", records.ToString(CultureInfo.InvariantCulture), "--results", file];
                    child.AddRange(PassedOn.Where(arguments.ContainsKey).SelectMany(name => (string[])["--" + name, arguments[name]]));
                    using Process process = Process.Start(Environment.ProcessPath!, child);
                    await process.WaitForExitAsync();
                    if (process.ExitCode != 0)
                    {
                        return process.ExitCode;
                    }
                }
            }
            foreach (string each in ways.Contains(JavaPeer.WholeJob) ? ways.Intersect(Comparable) : [])
            {
                int windows = PeerComparison.Compare(ResultsOf(results, each), ResultsOf(results, JavaPeer.WholeJob));
                Console.WriteLine($"{each}: {windows} windows as in Java");
            }
        }
        finally
        {
            results.Delete(recursive: true);
        }
        return 0;
    }

    private static string ResultsOf(DirectoryInfo folder, string way) => Path.Combine(folder.FullName, way.Replace(':', '-'));
}
