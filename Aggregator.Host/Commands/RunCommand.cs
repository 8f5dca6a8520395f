using System.CommandLine;
using Aggregator.Host.Settings;

namespace Aggregator.Host.Commands;

/// <summary>The verb <c>run</c>.</summary>
public static class RunCommand
{
    public static Command Create()
    {
        Command command = new("run", "The service: reads the topics, publishes final windows, serves /metrics.");
        SettingsOptions settings = SettingsOptions.AddTo(command);
        command.SetAction((parsed, cancellation) => RunAsync(settings.Read(parsed), cancellation));
        return command;
    }

    private static Task<int> RunAsync(AggregatorSettings settings, CancellationToken cancellation) =>
        throw new CommandFailedException("'run' is not built yet");
}
