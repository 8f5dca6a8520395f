using System.CommandLine;
using Aggregator.Core.Kafka;
using Aggregator.Core.Records;
using Aggregator.Host.Settings;
using Aggregator.Host.Terminal;
using Aggregator.Host.Topics;

namespace Aggregator.Host.Commands;

/// <summary>The verb <c>check</c>: looks at all that <c>run</c> needs, and says of each thing that is wrong what to do. Changes nothing.</summary>
public static class CheckCommand
{
    public static Command Create() => Create(KafkaAccess.Real);

    public static Command Create(KafkaAccess kafka)
    {
        Command command = new("check", "Tells what is wrong with settings, connection, topics and consumer group, and what to do. Changes nothing.");
        SettingsOptions options = SettingsOptions.AddTo(command);
        command.SetAction((parsed, cancellation) =>
        {
            SettingsResult settings = options.Load(parsed);
            if (settings.Settings is null)
            {
                throw new CommandFailedException(SettingErrors.Format(settings.Errors), ExitCode.Usage);
            }
            ReportWriter report = ReportWriter.ForStandardOutput(parsed.InvocationConfiguration.Output);
            return new Check(kafka, settings.Settings, report).RunAsync(settings.Values, cancellation);
        });
        return command;
    }

    private sealed class Check(KafkaAccess access, AggregatorSettings settings, ReportWriter report)
    {
        private const int RecordsLookedAt = 1_000;

        private readonly KafkaSettings _kafka = settings.Kafka;
        private int _bad;

        public async Task<int> RunAsync(IReadOnlyList<SettingValue> values, CancellationToken cancellation)
        {
            Settings(values);
            if (await ConnectionAsync(cancellation))
            {
                await Section("Topics", TopicsAsync, cancellation);
                await Section($"Group {_kafka.GroupId}", GroupAsync, cancellation);
                await Section("Records", RecordsAsync, cancellation);
            }
            else
            {
                Line(Mark.Skipped, "topics, group and records were not looked at");
            }
            report.Blank();
            report.Text(_bad switch
            {
                0 => "All is well.",
                1 => "1 thing is wrong.",
                _ => $"{_bad} things are wrong.",
            });
            return _bad == 0 ? ExitCode.Ok : ExitCode.Failure;
        }

        private void Settings(IReadOnlyList<SettingValue> values)
        {
            report.Heading("Settings");
            report.Table(
                ["setting", "value", "from"],
                [.. values.Where(IsWorthALine).Select(value =>
                    (Mark.Good, (IReadOnlyList<string>)[value.Name, value.Text.Length == 0 ? "-" : value.Text, value.Where]))]);
        }

        // a field that bears its own name says nothing
        private static bool IsWorthALine(SettingValue value) =>
            value.Source != SettingSource.Default || !value.Name.StartsWith(FieldsSection.Name + ":", StringComparison.Ordinal);

        private async Task<bool> ConnectionAsync(CancellationToken cancellation)
        {
            report.Blank();
            report.Heading("Connection");
            try
            {
                using ITopicAdmin admin = access.Topics(_kafka);
                ClusterDescription cluster = await admin.DescribeClusterAsync(cancellation);
                string how = _kafka.SaslMechanism is null ? _kafka.SecurityProtocol : $"{_kafka.SecurityProtocol}, {_kafka.SaslMechanism}";
                string brokers = cluster.Brokers.Count == 1 ? "1 broker" : $"{cluster.Brokers.Count} brokers";
                Line(Mark.Good, $"{_kafka.BootstrapServers} answers ({how}): {brokers}, {string.Join(", ", cluster.Brokers)}");
                return true;
            }
            catch (KafkaUnavailableException failure)
            {
                Line(
                    Mark.Bad,
                    failure.Message,
                    "Is Kafka:BootstrapServers right, and do Kafka:SecurityProtocol and Kafka:SaslMechanism match the listener there?");
                return false;
            }
        }

        private async Task TopicsAsync(CancellationToken cancellation)
        {
            using ITopicAdmin admin = access.Topics(_kafka);
            IReadOnlyList<TopicFinding> findings = await TopicsReport.CompareAsync(admin, _kafka, cancellation);
            foreach (IGrouping<string, TopicFinding> topic in findings.GroupBy(finding => finding.Topic))
            {
                TopicFinding[] differing = [.. topic.Where(finding => finding.Verdict != TopicVerdict.Fine)];
                string? count = topic.FirstOrDefault(finding => finding.Setting == "partitions")?.Actual;
                if (!differing.Any(finding => finding.Setting == "topic"))
                {
                    Line(Mark.Good, $"{topic.Key} exists" + (count is null ? "" : $", {count} partitions"));
                }
                foreach (TopicFinding finding in differing)
                {
                    string what = finding.Setting == "topic" ? finding.Actual : $"{finding.Setting} is {finding.Actual}, expected {finding.Expected}";
                    string? repair = finding.Verdict == TopicVerdict.Wrong ? finding.Repair : null;
                    Line(TopicsReport.MarkOf(finding.Verdict), $"{topic.Key}: {what}", repair is null ? finding.Why : $"{finding.Why}\n{repair}");
                }
            }
        }

        private async Task GroupAsync(CancellationToken cancellation)
        {
            if (access.Groups is null)
            {
                Line(Mark.Skipped, "not looked at");
                return;
            }
            using IGroupAdmin admin = access.Groups(_kafka);
            GroupDescription group = await admin.DescribeGroupAsync(_kafka.GroupId, [_kafka.LatencyTopic, _kafka.AckTopic], cancellation);
            if (group.Members.Count == 0)
            {
                Line(Mark.Good, "no other member is in it");
            }
            else
            {
                Line(
                    Mark.Remark,
                    $"{group.Members.Count} in it ({group.State}): {string.Join(", ", group.Members)}",
                    "Is that the service itself? Another program in the group takes partitions away, and without all of them there are no results.");
            }
            GroupPosition[] committed = [.. group.Positions.Where(position => position.Committed is not null)];
            long behind = committed.Sum(position => Math.Max(0, position.End - position.Committed!.Value));
            Line(Mark.Good, committed.Length == 0
                ? $"nothing is committed: it starts at the {(_kafka.AutoOffsetReset == "latest" ? "end" : "beginning")} of the topics"
                : $"{committed.Length} of {group.Positions.Count} partitions have a committed offset; {behind:N0} records lie behind them");
            foreach (GroupPosition lost in committed.Where(position => position.Committed < position.Earliest))
            {
                Line(
                    Mark.Bad,
                    $"{lost.Topic}[{lost.Partition}]: committed at {lost.Committed}, but the log begins at {lost.Earliest}: "
                    + $"{lost.Earliest - lost.Committed:N0} records are lost",
                    "Raise the topic's retention.ms; the service goes on from where the log begins and counts them in aggregator_lost_records_total.");
            }
        }

        private async Task RecordsAsync(CancellationToken cancellation)
        {
            if (access.Sampler is null)
            {
                Line(Mark.Skipped, "not looked at");
                return;
            }
            IRecordSampler sampler = access.Sampler(_kafka);
            foreach (RecordTopic topic in Enum.GetValues<RecordTopic>())
            {
                RecordSample sample = RecordSample.Of(await sampler.ReadLastAsync(topic, RecordsLookedAt, cancellation), settings);
                string name = _kafka.TopicName(topic);
                TopicDefinition definition = topic == RecordTopic.Latency ? TopicCatalog.Embedded.Latency : TopicCatalog.Embedded.Ack;
                string? whatToDo = sample.Rejected == 0
                    ? null
                    : $"'aggregator topics print --topic {definition.Name}' shows what a record must be; other names of fields go into the section Fields.";
                Line(sample.Verdict, $"{name}: {sample.Describe()}", whatToDo);
            }
        }

        // A part that fails is one bad line; the others are looked at all the same.
        private async Task Section(string title, Func<CancellationToken, Task> look, CancellationToken cancellation)
        {
            report.Blank();
            report.Heading(title);
            try
            {
                await look(cancellation);
            }
            catch (KafkaUnavailableException failure)
            {
                Line(Mark.Bad, failure.Message);
            }
        }

        private void Line(Mark mark, string text, string? whatToDo = null)
        {
            _bad += mark == Mark.Bad ? 1 : 0;
            report.Line(mark, text, whatToDo);
        }
    }
}
