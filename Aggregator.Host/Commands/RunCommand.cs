using System.CommandLine;
using Aggregator.Core.Publishing;
using Aggregator.Host.Logging;
using Aggregator.Host.Service;
using Aggregator.Host.Settings;
using Aggregator.Host.Web;

namespace Aggregator.Host.Commands;

/// <summary>The verb <c>run</c>.</summary>
public static class RunCommand
{
    public static Command Create()
    {
        Command command = new("run", "The service: reads both topics, folds them into windows and serves the results to Prometheus.\n\n"
            + "It starts without Kafka and waits for it. Ctrl-C or SIGTERM stop it in order, within 10 s; it goes on from there at the next start.");
        SettingsOptions settings = SettingsOptions.AddTo(command);
        WebServerOptionSet web = WebServerOptionSet.AddTo(command);
        Option<string?> output = new("--output")
        {
            HelpName = "FILE",
            Description = "Also appends each final window to FILE, one JSON object a line for each group, as 'replay' writes them.",
        };
        command.Options.Add(output);
        command.SetAction((parsed, cancellation) => RunAsync(
            settings.Read(parsed), web.Read(parsed), parsed.GetValue(output), LogOptions.LevelOf(parsed), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(
        AggregatorSettings settings, WebServerOptions web, string? output, LogLevel level, CancellationToken cancellation)
    {
        // Signals are taken care of only from the first wait of a verb on: without this one, SIGTERM within the start would end the process as it stands.
        await Task.Yield();
        using ILoggerFactory loggers = ConsoleLogging.Create(level);
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        web = web with { Quit = end.Cancel };
        IResultOutput[] outputs = output is null ? [] : [new ResultFile(output, settings.Aggregation.Groups)];
        try
        {
            await using AggregatorService service = await AggregatorService.StartAsync(settings, web, outputs, loggers, TimeProvider.System, end.Token);
            await StoppedOrFailedAsync(service.Completion, end.Token);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // stopped while it started: that is a stop like any other
        }
        return ExitCode.Ok;
    }

    /// <summary>Waits for the wish to stop; throws what ended the pipeline before.</summary>
    internal static async Task StoppedOrFailedAsync(Task completion, CancellationToken cancellation)
    {
        try
        {
            await completion.WaitAsync(cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return;
        }
#pragma warning disable CA1031 // Whatever ended it: the process says so and ends, for whoever started it to start it again.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            throw new CommandFailedException($"the pipeline failed: {failure.GetBaseException().Message}");
        }
        throw new CommandFailedException("the pipeline ended by itself");
    }
}
