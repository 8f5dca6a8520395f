using System.CommandLine;
using Aggregator.Core.Kafka;
using Aggregator.Host.Settings;
using Aggregator.Host.Topics;

namespace Aggregator.Host.Commands;

/// <summary><c>topics print</c>: schema, example, settings and commands of the topics, without a cluster.</summary>
public static class TopicsPrintCommand
{
    public static Command Create()
    {
        Command command = new("print", "Prints what the topics carry and how to create them. Needs no Kafka.");
        SettingsOptions settings = SettingsOptions.AddTo(command);
        Option<string?> topic = new("--topic")
        {
            HelpName = "NAME",
            Description = "Only this topic: im-latency or ack, whatever their names in the cluster.",
        };
        Option<string?> only = new("--only") { HelpName = "PART", Description = "Only this part, ready for a pipe: schema, example or commands." };
        topic.AcceptOnlyFromAmong([.. TopicCatalog.Names]);
        only.AcceptOnlyFromAmong("schema", "example", "commands");
        command.Options.Add(topic);
        command.Options.Add(only);
        command.SetAction(parsed =>
        {
            TopicsPrinter printer = new(TopicCatalog.Embedded, settings.Read(parsed).Kafka, parsed.InvocationConfiguration.Output);
            printer.Print(parsed.GetValue(topic), parsed.GetValue(only));
        });
        return command;
    }

    private sealed class TopicsPrinter(TopicCatalog catalog, KafkaSettings kafka, TextWriter output)
    {
        public void Print(string? name, string? part)
        {
            string separator = "";
            foreach (TopicDefinition topic in catalog.Topics.Where(topic => name is null || topic.Name == name))
            {
                output.Write(separator);
                separator = part is null ? "\n\n" : "\n";
                switch (part)
                {
                    case "schema":
                        output.Write(topic.Schema);
                        break;
                    case "example":
                        output.Write(topic.Example);
                        break;
                    case "commands":
                        output.WriteLine(Creation(topic));
                        break;
                    default:
                        Everything(topic);
                        break;
                }
            }
        }

        private void Everything(TopicDefinition topic)
        {
            string name = catalog.NameIn(kafka, topic);
            string title = name == topic.Name ? name : $"{name} ({topic.Name})";
            output.WriteLine($"{title}: {topic.Purpose}");
            output.WriteLine(new string('=', title.Length));
            output.WriteLine();
            output.WriteLine($"Key          {topic.Key}");
            output.WriteLine($"Written by   {topic.ProducedBy}");
            output.WriteLine($"Named by     {topic.Setting}");
            output.WriteLine($"Partitions   {catalog.Partitions}; the same for both topics");
            output.WriteLine($"Replication  {catalog.ReplicationNote}");
            output.WriteLine();
            output.WriteLine("Settings");
            foreach (TopicConfigRule rule in catalog.Configs)
            {
                output.WriteLine($"  {rule.Name + "=" + rule.Value,-40}  {rule.Why}");
            }
            output.WriteLine();
            output.WriteLine($"Create it ('aggregator topics create' does the same)\n\n{Creation(topic)}\n");
            output.WriteLine($"Example\n\n{topic.Example}");
            output.WriteLine($"JSON Schema\n\n{topic.Schema.TrimEnd()}");
        }

        private string Creation(TopicDefinition topic) =>
            new KafkaCommands(kafka).Create(catalog.ToCreate(catalog.NameIn(kafka, topic), catalog.Partitions, catalog.ReplicationFactor));
    }
}
