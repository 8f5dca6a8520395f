using System.CommandLine;
using Aggregator.Core.Generation;
using Aggregator.Core.Kafka;
using Aggregator.Host.Logging;
using Aggregator.Host.Service;
using Aggregator.Host.Settings;
using Aggregator.Host.Terminal;
using Aggregator.Host.Traffic;
using Aggregator.Host.Web;

namespace Aggregator.Host.Commands;

/// <summary>The verb <c>demo</c>: broker, traffic, service and a table of the results, all in one process.</summary>
public static class DemoCommand
{
    private const int Partitions = 4;

    // A system in good health, so that none of the alerts of rules/ fires before something goes wrong: 99.4 % delivered, 0.1 % of it lost to sleeping phones.
    private const double HealthyLoss = 0.002;
    private const double HealthyErrors = 0.003;

    /// <summary>Traffic of this time lies in the broker when the demo begins, so that there is something to see at once.</summary>
    private static readonly TimeSpan History = TimeSpan.FromMinutes(2);

    private static readonly string[] Presets = ["Aggregation:Window=00:00:10", "Aggregation:Groups=[[\"region\"],[\"platform\"],[\"node\"]]"];

    public static Command Create()
    {
        Command command = new("demo", "Shows everything in one process, without a Kafka of your own: a broker in memory, the traffic of an IM system, the service with windows "
            + "of 10 s, and a table of the last windows.\n\nExample: aggregator demo --incident delivery-drop@1m:1m");
        Option<double> rate = new("--rate") { HelpName = "N", Description = "Messages a second, up to 5,000.", DefaultValueFactory = _ => 300 };
        Option<int> users = new("--users") { HelpName = "N", Description = "Users; a few of them send and receive most.", DefaultValueFactory = _ => 5_000 };
        Option<ulong> seed = new("--seed") { HelpName = "N", Description = "Another seed, other traffic.", DefaultValueFactory = _ => 1 };
        Option<TrafficIncident[]> incidents = GenerateOptions.Incidents();
        Option<TimeSpan?> duration = GenerateOptions.Lasting("Ends by itself after that long: 90s, 5m. If not given, Ctrl-C ends it.");
        foreach (Option option in new Option[] { rate, users, seed, incidents, duration })
        {
            command.Options.Add(option);
        }
        WebServerOptionSet web = WebServerOptionSet.AddTo(command);
        SettingsOptions settings = SettingsOptions.AddSetTo(command, Presets);
        command.SetAction((parsed, cancellation) =>
        {
            TrafficSettings traffic = new()
            {
                Rate = Math.Min(parsed.GetValue(rate), 5_000),
                Users = parsed.GetValue(users),
                Seed = parsed.GetValue(seed),
                LatencyPartitions = Partitions,
                AckPartitions = Partitions,
                LossShare = HealthyLoss,
                ErrorShare = HealthyErrors,
                Incidents = [.. (parsed.GetValue(incidents) ?? []).Select(incident => incident with { Start = incident.Start + History })],
            };
            LogLevel level = parsed.GetResult(LogOptions.Level) is null ? LogLevel.Warning : LogOptions.LevelOf(parsed);
            return DemoAsync(settings.Read(parsed), traffic, web.Read(parsed), parsed.GetValue(duration), level, cancellation);
        });
        return command;
    }

    private static async Task<int> DemoAsync(AggregatorSettings settings, TrafficSettings traffic, WebServerOptions web, TimeSpan? duration, LogLevel level,
        CancellationToken cancellation)
    {
        if (traffic.Problems() is { Count: > 0 } problems)
        {
            throw new CommandFailedException(problems[0], ExitCode.Usage);
        }
        await Task.Yield(); // see RunCommand
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        if (duration is { } limit)
        {
            end.CancelAfter(limit);
        }
        TimeProvider time = TimeProvider.System;
        LiveTable table = LiveTable.ForStandardOutput();
        using ILoggerFactory loggers = table.IsLive && !Console.IsErrorRedirected ? ConsoleLogging.Create(level, table.Say) : ConsoleLogging.Create(level);
        using EmbeddedBroker broker = EmbeddedBroker.Start();
        KafkaSettings kafka = settings.Kafka with { BootstrapServers = broker.BootstrapServers, AutoOffsetReset = "earliest" };
        settings = settings with { Kafka = kafka, Values = [.. settings.Values.Select(value => Shown(value, kafka))] };
        broker.CreateTopic(kafka.LatencyTopic, Partitions);
        broker.CreateTopic(kafka.AckTopic, Partitions);
        long now = time.GetUtcNow().ToUnixTimeMilliseconds();
        // From the start of a window on, so that the first row is a whole one.
        long start = now - (long)History.TotalMilliseconds;
        traffic = traffic with { StartMs = start - (start % (long)settings.Aggregation.Window.TotalMilliseconds), Fields = settings.Fields };

        try
        {
            await using AggregatorService service =
                await AggregatorService.StartAsync(settings, web with { Quit = end.Cancel }, [table], loggers, time, end.Token);
            table.Caption = $"look at {service.Address} with a browser, metrics are at {service.Address}metrics, the broker is at {broker.BootstrapServers}; Ctrl-C ends the demo";
            await using KafkaSink sink = new(kafka);
            TrafficPlayer player = new(new TrafficGenerator(traffic), sink, time) { PacedFromMs = now };
            Task playing = Task.Run(() => player.RunAsync(end.Token), CancellationToken.None);
            await RunCommand.StoppedOrFailedAsync(await Task.WhenAny(service.Completion, playing), end.Token);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // stopped while it started: that is a stop like any other
        }
        return ExitCode.Ok;
    }

    /// <summary>Two settings are the demo's own, whatever the sources say.</summary>
    private static SettingValue Shown(SettingValue value, KafkaSettings kafka) => value.Name switch
    {
        "Kafka:BootstrapServers" => value with { Text = kafka.BootstrapServers, Where = "demo" },
        "Kafka:AutoOffsetReset" => value with { Text = kafka.AutoOffsetReset, Where = "demo" },
        _ => value,
    };
}
