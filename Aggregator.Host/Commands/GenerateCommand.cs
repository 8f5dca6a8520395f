using System.CommandLine;

namespace Aggregator.Host.Commands;

/// <summary>The verb <c>generate</c>.</summary>
public static class GenerateCommand
{
    public static Command Create()
    {
        Command command = new("generate", "Makes realistic IM traffic, into Kafka or a file.");
        command.SetAction((_, cancellation) => GenerateAsync(cancellation));
        return command;
    }

    private static Task<int> GenerateAsync(CancellationToken cancellation) =>
        throw new CommandFailedException("'generate' is not built yet");
}
