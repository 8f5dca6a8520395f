using System.CommandLine;
using Aggregator.Host.Settings;

namespace Aggregator.Host.Commands;

/// <summary>The verb <c>check</c>.</summary>
public static class CheckCommand
{
    public static Command Create()
    {
        Command command = new("check", "Tells what is wrong with settings, connection and topics, and what to do.");
        SettingsOptions settings = SettingsOptions.AddTo(command);
        command.SetAction((parsed, cancellation) => CheckAsync(settings.Read(parsed), cancellation));
        return command;
    }

    private static Task<int> CheckAsync(AggregatorSettings settings, CancellationToken cancellation) =>
        throw new CommandFailedException("'check' is not built yet");
}
