using System.Globalization;
using Aggregator.Core.Kafka;

namespace Aggregator.Host.Topics;

/// <summary>Compares the topics of a cluster with <c>topics/</c>. No I/O.</summary>
public sealed class TopicComparison(TopicCatalog catalog, KafkaSettings kafka)
{
    private readonly KafkaCommands _commands = new(kafka);

    /// <summary>The report, topic by topic in the order of the catalog; the dead-letter topic, where one is set, only has to exist.</summary>
    public IReadOnlyList<TopicFinding> Compare(TopicDescriptions found)
    {
        ArgumentNullException.ThrowIfNull(found);
        List<TopicFinding> findings = [];
        TopicDescription? first = null;
        foreach (string name in catalog.Topics.Select(topic => catalog.NameIn(kafka, topic)))
        {
            TopicDescription? topic = Existing(name, found, findings);
            if (topic is null)
            {
                continue;
            }
            findings.Add(Partitions(topic, first));
            findings.Add(Replication(topic));
            findings.AddRange(catalog.Configs.Select(rule => Config(topic, rule)));
            first ??= topic;
        }
        if (kafka.DeadLetterTopic is { } deadLetters)
        {
            // results do not suffer without it
            bool exists = found.Topics.Any(topic => topic.Name == deadLetters);
            findings.Add(exists
                ? new(deadLetters, "topic", "exists", "exists", TopicVerdict.Fine)
                : new(deadLetters, "topic", "exists", "missing", TopicVerdict.Remark,
                    "copies of rejected records get lost; 'aggregator topics create' makes it"));
        }
        return findings;
    }

    private static TopicDescription? Existing(string name, TopicDescriptions found, List<TopicFinding> findings)
    {
        TopicDescription? topic = found.Topics.FirstOrDefault(topic => topic.Name == name);
        if (topic is null)
        {
            TopicProblem? problem = found.Problems.FirstOrDefault(problem => problem.Topic == name);
            findings.Add(problem is null
                ? new(name, "topic", "exists", "missing", TopicVerdict.Wrong, "there is nothing to read; 'aggregator topics create' makes it")
                : new(name, "topic", "exists", "not told", TopicVerdict.Wrong, problem.Reason));
        }
        return topic;
    }

    private TopicFinding Partitions(TopicDescription topic, TopicDescription? first)
    {
        string actual = Number(topic.Partitions);
        if (first is null || first.Partitions == topic.Partitions)
        {
            return new(topic.Name, "partitions", first is null ? "any" : $"{actual} as {first.Name}", actual, TopicVerdict.Fine);
        }
        TopicDescription smaller = first.Partitions < topic.Partitions ? first : topic;
        return new(topic.Name, "partitions", $"{Number(first.Partitions)} as {first.Name}", actual, TopicVerdict.Wrong,
            "only with equal counts a message and its acks lie in partitions of one number, which sharing the work needs",
            _commands.AddPartitions(smaller.Name, Math.Max(first.Partitions, topic.Partitions)));
    }

    private static TopicFinding Replication(TopicDescription topic) => topic.Replication >= 2
        ? new(topic.Name, "replication", "3", Number(topic.Replication), TopicVerdict.Fine)
        : new(topic.Name, "replication", "3", Number(topic.Replication), TopicVerdict.Remark, "one lost disk loses records; fine for a trial");

    private TopicFinding Config(TopicDescription topic, TopicConfigRule rule)
    {
        string expected = (rule.AtLeast is null ? "" : "≥ ") + Shown(rule.Name, rule.Value);
        if (!topic.Configs.TryGetValue(rule.Name, out string? actual))
        {
            return new(topic.Name, rule.Name, expected, "not told", TopicVerdict.Remark, "needs the right DescribeConfigs on the topic");
        }
        TopicVerdict verdict = Judge(rule, actual);
        TopicFinding finding = new(topic.Name, rule.Name, expected, Shown(rule.Name, actual), verdict);
        return verdict == TopicVerdict.Fine
            ? finding
            : finding with { Why = rule.Why, Repair = _commands.Configure(topic.Name, rule.Name, rule.Value) };
    }

    private static TopicVerdict Judge(TopicConfigRule rule, string actual)
    {
        if (string.Equals(actual, rule.Value, StringComparison.OrdinalIgnoreCase))
        {
            return TopicVerdict.Fine;
        }
        if (rule.AtLeast is { } least && long.TryParse(actual, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number))
        {
            // -1 is without limit
            bool isMore = number == -1 || number >= long.Parse(rule.Value, CultureInfo.InvariantCulture);
            return isMore ? TopicVerdict.Fine : number >= least || !rule.Matters ? TopicVerdict.Remark : TopicVerdict.Wrong;
        }
        return rule.Matters ? TopicVerdict.Wrong : TopicVerdict.Remark;
    }

    // 259200000 alone tells nobody that it is three days
    private static string Shown(string name, string value)
    {
        if (!name.EndsWith(".ms", StringComparison.Ordinal) || !long.TryParse(value, CultureInfo.InvariantCulture, out long ms) || ms <= 0)
        {
            return value == "-1" ? "-1 (no limit)" : value;
        }
        double hours = ms / 3_600_000.0;
        return string.Create(CultureInfo.InvariantCulture, $"{value} ({(hours >= 48 ? hours / 24 : hours):0.##} {(hours >= 48 ? "d" : "h")})");
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
