using System.CommandLine;

namespace Aggregator.Host.Commands;

/// <summary>The verb <c>demo</c>.</summary>
public static class DemoCommand
{
    public static Command Create()
    {
        Command command = new("demo", "Everything in one process: a broker, traffic, the service and a live table.");
        command.SetAction((_, cancellation) => DemoAsync(cancellation));
        return command;
    }

    private static Task<int> DemoAsync(CancellationToken cancellation) =>
        throw new CommandFailedException("'demo' is not built yet");
}
