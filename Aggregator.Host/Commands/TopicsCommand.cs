using System.CommandLine;
using Aggregator.Host.Settings;

namespace Aggregator.Host.Commands;

/// <summary>The verb <c>topics</c>.</summary>
public static class TopicsCommand
{
    public static Command Create()
    {
        Command command = new("topics", "Prints, creates or verifies the two topics.");
        SettingsOptions settings = SettingsOptions.AddTo(command);
        command.SetAction((parsed, cancellation) => TopicsAsync(settings.Read(parsed), cancellation));
        return command;
    }

    private static Task<int> TopicsAsync(AggregatorSettings settings, CancellationToken cancellation) =>
        throw new CommandFailedException("'topics' is not built yet");
}
