using System.CommandLine;
using Aggregator.Host.Settings;

namespace Aggregator.Host.Commands;

/// <summary>The verb <c>replay</c>.</summary>
public static class ReplayCommand
{
    public static Command Create()
    {
        Command command = new("replay", "Computes the results of records in files, as the service would have.");
        SettingsOptions settings = SettingsOptions.AddTo(command);
        command.SetAction((parsed, cancellation) => ReplayAsync(settings.Read(parsed), cancellation));
        return command;
    }

    private static Task<int> ReplayAsync(AggregatorSettings settings, CancellationToken cancellation) =>
        throw new CommandFailedException("'replay' is not built yet");
}
