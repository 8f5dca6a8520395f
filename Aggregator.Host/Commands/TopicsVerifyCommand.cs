using System.CommandLine;
using Aggregator.Core.Kafka;
using Aggregator.Host.Settings;
using Aggregator.Host.Terminal;
using Aggregator.Host.Topics;

namespace Aggregator.Host.Commands;

/// <summary><c>topics verify</c>: how the cluster's topics differ from <c>topics/</c>. Exit code 1 when results suffer from a difference.</summary>
public static class TopicsVerifyCommand
{
    public static Command Create(KafkaAccess kafka)
    {
        Command command = new(
            "verify",
            "Compares the topics of the cluster with what they should be. Changes nothing; exit code 1 when a difference matters.");
        SettingsOptions settings = SettingsOptions.AddTo(command);
        command.SetAction((parsed, cancellation) => VerifyAsync(
            kafka, settings.Read(parsed).Kafka, ReportWriter.ForStandardOutput(parsed.InvocationConfiguration.Output), cancellation));
        return command;
    }

    private static async Task<int> VerifyAsync(KafkaAccess kafka, KafkaSettings settings, ReportWriter report, CancellationToken cancellation)
    {
        using ITopicAdmin admin = kafka.Topics(settings);
        IReadOnlyList<TopicFinding> findings = await TopicsReport.CompareAsync(admin, settings, cancellation);
        TopicsReport.Write(findings, report);
        return findings.Any(finding => finding.Verdict == TopicVerdict.Wrong) ? ExitCode.Failure : ExitCode.Ok;
    }
}
