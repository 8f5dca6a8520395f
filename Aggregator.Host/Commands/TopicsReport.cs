using Aggregator.Core.Kafka;
using Aggregator.Host.Terminal;
using Aggregator.Host.Topics;

namespace Aggregator.Host.Commands;

/// <summary>The report on the topics, as <c>topics verify</c> and <c>check</c> show it.</summary>
internal static class TopicsReport
{
    public static async Task<IReadOnlyList<TopicFinding>> CompareAsync(ITopicAdmin admin, KafkaSettings settings, CancellationToken cancellation)
    {
        string[] names = [settings.LatencyTopic, settings.AckTopic, .. settings.DeadLetterTopic is { } deadLetters ? new[] { deadLetters } : []];
        return new TopicComparison(TopicCatalog.Embedded, settings).Compare(await admin.DescribeTopicsAsync(names, cancellation));
    }

    public static void Write(IReadOnlyList<TopicFinding> findings, ReportWriter report)
    {
        foreach (IGrouping<string, TopicFinding> topic in findings.GroupBy(finding => finding.Topic))
        {
            report.Heading(topic.Key);
            report.Table(
                ["setting", "expected", "actual", topic.Any(finding => finding.Why is not null) ? "why it matters" : ""],
                [.. topic.Select(finding =>
                    (MarkOf(finding.Verdict), (IReadOnlyList<string>)[finding.Setting, finding.Expected, finding.Actual, finding.Why ?? ""]))]);
            report.Blank();
        }
        TopicFinding[] bad = [.. findings.Where(finding => finding.Verdict == TopicVerdict.Wrong)];
        int wrong = bad.Length;
        string[] repairs = [.. bad.Select(finding => finding.Repair).OfType<string>().Distinct()];
        report.Text(wrong == 0 ? "Nothing here costs results." : wrong == 1 ? "1 difference costs results." : $"{wrong} differences cost results.");
        if (repairs.Length > 0)
        {
            report.Text("To repair:\n  " + string.Join("\n  ", repairs));
        }
    }

    public static Mark MarkOf(TopicVerdict verdict) => verdict switch
    {
        TopicVerdict.Fine => Mark.Good,
        TopicVerdict.Remark => Mark.Remark,
        _ => Mark.Bad,
    };
}
