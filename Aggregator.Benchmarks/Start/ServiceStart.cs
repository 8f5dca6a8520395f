using System.Diagnostics;
using System.Net;
using Aggregator.Benchmarks.Input;
using Aggregator.Core.Kafka;

namespace Aggregator.Benchmarks.Start;

/// <summary>One start of the service as a process of its own, seen from outside, and its orderly end.</summary>
/// <param name="Listening">Its web server listens.</param>
/// <param name="Assigned">The group gave it its partitions.</param>
/// <param name="Reading">It knows from which offsets to read.</param>
/// <param name="Ready"><c>/-/ready</c> says so.</param>
/// <param name="Cpu">Time of all its threads until then.</param>
/// <param name="Records">What it read until then.</param>
/// <param name="Compiled">Methods compiled until its end, and the time that took; - where nobody counted.</param>
internal sealed record ServiceStart(TimeSpan Listening, TimeSpan Assigned, TimeSpan Reading, TimeSpan Ready, TimeSpan Cpu, long Records, string Compiled)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(10);

    /// <param name="program">Aggregator.Host.dll, or a published program.</param>
    /// <param name="settings">Broker, group, topics.</param>
    /// <param name="countCompiled">Whether <see cref="StartupHook"/> counts what is compiled; that takes time itself.</param>
    /// <param name="stay">How long it goes on after it is ready.</param>
    public static async Task<ServiceStart> RunAsync(string program, KafkaSettings settings, bool countCompiled, TimeSpan stay)
    {
        bool needsHost = program.EndsWith(".dll", StringComparison.Ordinal);
        string[] arguments =
        [
            "run", "--web.listen-address", "127.0.0.1:0", "--web.enable-lifecycle", "--set", $"Kafka:BootstrapServers={settings.BootstrapServers}", "--set", $"Kafka:GroupId={settings.GroupId}",
            "--set", $"Kafka:LatencyTopic={settings.LatencyTopic}", "--set", $"Kafka:AckTopic={settings.AckTopic}",
        ];
        ProcessStartInfo info = new(needsHost ? Environment.ProcessPath! : program, needsHost ? [program, .. arguments] : arguments) { RedirectStandardError = true };
        if (countCompiled)
        {
            info.Environment["DOTNET_STARTUP_HOOKS"] = typeof(ServiceStart).Assembly.Location;
        }
        long started = Stopwatch.GetTimestamp();
        using Process process = Process.Start(info)!;
        try
        {
            ServiceLog log = new(process, started);
            Uri address = new(await log.LineAsync("Serving ").WaitAsync(Limit));
            using HttpClient client = new() { BaseAddress = address };
            await UntilReadyAsync(client, process, started);
            TimeSpan ready = Stopwatch.GetElapsedTime(started);
            TimeSpan cpu = process.TotalProcessorTime;
            long records = SelfMetricsText.RecordsRead(await client.GetStringAsync("metrics"));
            await Task.Delay(stay);
            using HttpResponseMessage stopping = await client.PostAsync("-/quit", null);
            stopping.EnsureSuccessStatusCode();
            await process.WaitForExitAsync(new CancellationTokenSource(Limit).Token);
            await log.Ended;
            return new(log.TimeOf("Serving "), log.TimeOf("Partitions assigned"), log.TimeOf("Reading "), ready, cpu, records, log.TextAfter("compiled ") ?? "-");
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }

    private static async Task UntilReadyAsync(HttpClient client, Process process, long started)
    {
        while (true)
        {
            using HttpResponseMessage answer = await client.GetAsync("-/ready");
            if (answer.StatusCode == HttpStatusCode.OK)
            {
                return;
            }
            if (process.HasExited || Stopwatch.GetElapsedTime(started) > Limit)
            {
                throw new InvalidOperationException($"The service does not become ready: {await answer.Content.ReadAsStringAsync()}");
            }
            await Task.Delay(BetweenLooks);
        }
    }
}
