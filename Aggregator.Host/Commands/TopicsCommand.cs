using System.CommandLine;

namespace Aggregator.Host.Commands;

/// <summary>The verb <c>topics</c>: what <c>topics/</c> says, in the terminal and against a cluster.</summary>
public static class TopicsCommand
{
    public static Command Create() => Create(KafkaAccess.Real);

    public static Command Create(KafkaAccess kafka)
    {
        Command command = new("topics", "Prints, creates or verifies the two topics.");
        command.Subcommands.Add(TopicsPrintCommand.Create());
        command.Subcommands.Add(TopicsCreateCommand.Create(kafka));
        command.Subcommands.Add(TopicsVerifyCommand.Create(kafka));
        return command;
    }
}
