using System.Diagnostics;
using System.Globalization;
using Aggregator.Benchmarks.Input;
using Aggregator.Core.Generation;
using Aggregator.Core.Kafka;

namespace Aggregator.Benchmarks.Start;

/// <summary>
/// From the start of the process to ready, with a group that has read everything: fills two topics, lets the service read them and commit, then starts it again
/// and again, several programs in turn if several are given.
/// </summary>
public static class StartCommand
{
    private const string Usage = "start --kafka HOST:PORT [--program FILE,…] [--runs N] [--messages N]";
    private const double Rate = 500;

    /// <summary>How old the last record is: no window waits for more, so that nothing is read again.</summary>
    private static readonly TimeSpan Age = TimeSpan.FromMinutes(5);

    /// <summary>Until everything is final and committed: <c>IdleTimeout</c>, and a look at the ends.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(25);

    /// <param name="arguments">
    /// <c>--kafka HOST:PORT</c>; <c>--program FILE,…</c>: Aggregator.Host.dll or a published program (default: what was built beside this one);
    /// <c>--runs N</c> (default 10); <c>--messages N</c>: how much the group has read (default 60,000, two minutes' worth).
    /// </param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(IReadOnlyDictionary<string, string> arguments)
    {
        if (!arguments.TryGetValue("kafka", out string? servers))
        {
            await Console.Error.WriteLineAsync(Usage);
            return 2;
        }
        string[] programs = arguments.GetValueOrDefault("program", BuiltBeside()).Split(',');
        long messages = arguments.Number("messages", 60_000);
        string id = Stopwatch.GetTimestamp().ToString("x", CultureInfo.InvariantCulture);
        KafkaSettings settings = new() { BootstrapServers = servers, GroupId = $"start-{id}", LatencyTopic = $"start-{id}-latency", AckTopic = $"start-{id}-ack" };
        long records = await BrokerTraffic.FillAsync(settings, new TrafficSettings
        {
            Rate = Rate, Messages = messages, StartMs = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() - (long)(Age.TotalMilliseconds + (messages / Rate * 1000)),
        });
        Console.WriteLine(FormattableString.Invariant($"{records:N0} records, read by group {settings.GroupId}; {Environment.ProcessorCount} processors, load {Load()}"));
        await ServiceStart.RunAsync(programs[0], settings, countCompiled: false, Settling);
        List<ServiceStart>[] starts = [.. programs.Select(_ => new List<ServiceStart>())];
        for (long run = 0; run < arguments.Number("runs", 10); run++)
        {
            for (int i = 0; i < programs.Length; i++)
            {
                starts[i].Add(await ServiceStart.RunAsync(programs[i], settings, countCompiled: false, TimeSpan.Zero));
            }
        }
        Console.WriteLine("From the start of the process, ms: median (least). CPU time until ready, of all its threads; read again: records after the committed offsets.");
        Console.WriteLine($"{"program",-44} {"listening",16} {"assigned",16} {"reading",16} {"ready",16} {"CPU ms",16} {"read again",10} {"compiled: methods, ms",22}");
        for (int i = 0; i < programs.Length; i++)
        {
            ServiceStart counted = await ServiceStart.RunAsync(programs[i], settings, countCompiled: true, TimeSpan.Zero);
            string name = programs[i].Length > 44 ? "…" + programs[i][^43..] : programs[i];
            Console.WriteLine($"{name,-44} {Cell(starts[i], s => s.Listening)} {Cell(starts[i], s => s.Assigned)} {Cell(starts[i], s => s.Reading)} {Cell(starts[i], s => s.Ready)} "
                + $"{Cell(starts[i], s => s.Cpu)} {starts[i][^1].Records,10} {counted.Compiled,22}");
        }
        return 0;
    }

    private static string Cell(List<ServiceStart> starts, Func<ServiceStart, TimeSpan> time)
    {
        double[] sorted = [.. starts.Select(start => time(start).TotalMilliseconds).Order()];
        string text = FormattableString.Invariant($"{sorted[sorted.Length / 2]:0} ({sorted[0]:0})");
        return text.PadLeft(16);
    }

    private static string BuiltBeside() =>
        Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../../Aggregator.Host/bin/Release/net10.0/Aggregator.Host.dll"));

    private static string Load() => File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "unknown";
}
