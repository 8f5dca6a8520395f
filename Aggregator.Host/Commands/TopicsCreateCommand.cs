using System.CommandLine;
using Aggregator.Core.Kafka;
using Aggregator.Host.Settings;
using Aggregator.Host.Terminal;
using Aggregator.Host.Topics;

namespace Aggregator.Host.Commands;

/// <summary><c>topics create</c>: makes the topics that are missing; those that exist stay as they are.</summary>
public static class TopicsCreateCommand
{
    public static Command Create(KafkaAccess kafka)
    {
        Command command = new(
            "create",
            "Creates the topics that are missing, the dead-letter topic included where one is set. Changes no topic that exists.");
        SettingsOptions settings = SettingsOptions.AddTo(command);
        Option<int?> partitions = new("--partitions")
        {
            HelpName = "N",
            Description = $"Partitions of a new topic; if not given, as many as the other topic has, else {TopicCatalog.UsualPartitions}.",
        };
        Option<int?> replication = new("--replication-factor")
        {
            HelpName = "N",
            Description = "Copies of each partition; if not given, the cluster's default.",
        };
        MustBePositive(partitions, 10_000);
        MustBePositive(replication, 100);
        command.Options.Add(partitions);
        command.Options.Add(replication);
        command.SetAction((parsed, cancellation) => CreateMissingAsync(
            kafka,
            settings.Read(parsed).Kafka,
            parsed.GetValue(partitions),
            parsed.GetValue(replication),
            ReportWriter.ForStandardOutput(parsed.InvocationConfiguration.Output),
            cancellation));
        return command;
    }

    private static async Task<int> CreateMissingAsync(
        KafkaAccess kafka, KafkaSettings settings, int? partitions, int? replication, ReportWriter report, CancellationToken cancellation)
    {
        TopicCatalog catalog = TopicCatalog.Embedded;
        using ITopicAdmin admin = kafka.Topics(settings);
        string[] names = [settings.LatencyTopic, settings.AckTopic, .. settings.DeadLetterTopic is { } deadLetters ? new[] { deadLetters } : []];
        TopicDescriptions found = await admin.DescribeTopicsAsync(names, cancellation);
        int count = partitions ?? found.Topics.FirstOrDefault(topic => topic.Name != settings.DeadLetterTopic)?.Partitions ?? catalog.Partitions;

        List<TopicDescription> missing = [];
        foreach (string name in names)
        {
            if (found.Topics.FirstOrDefault(topic => topic.Name == name) is { } existing)
            {
                report.Line(Mark.Good, $"{name} exists already, {existing.Partitions} partitions; left as it is");
            }
            else if (found.Problems.FirstOrDefault(problem => problem.Topic == name) is { } unseen)
            {
                report.Line(Mark.Bad, $"{name} cannot be looked at: {unseen.Reason}");
            }
            else
            {
                missing.Add(catalog.ToCreate(name, count, replication ?? catalog.ReplicationFactor));
            }
        }
        IReadOnlyList<TopicProblem> problems = missing.Count == 0 ? [] : await admin.CreateTopicsAsync(missing, cancellation);
        foreach (TopicDescription topic in missing)
        {
            TopicProblem? problem = problems.FirstOrDefault(problem => problem.Topic == topic.Name);
            report.Line(
                problem is null ? Mark.Good : Mark.Bad,
                problem is null ? $"{topic.Name} created, {topic.Partitions} partitions" : $"{topic.Name} could not be created: {problem.Reason}");
        }
        return problems.Count + found.Problems.Count == 0 ? ExitCode.Ok : ExitCode.Failure;
    }

    private static void MustBePositive(Option<int?> option, int most) => option.Validators.Add(result =>
    {
        if (result.Tokens.Count > 0 && (!int.TryParse(result.Tokens[0].Value, out int value) || value < 1 || value > most))
        {
            result.AddError($"{option.Name} is '{result.Tokens[0].Value}'; it must be a whole number from 1 to {most}");
        }
    });
}
