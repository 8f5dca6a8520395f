using Aggregator.Core.Kafka;

namespace Aggregator.Host.Commands;

/// <summary>How verbs reach a cluster; tests put fakes here.</summary>
/// <param name="Topics">Looks at topics and creates them.</param>
/// <param name="Groups">Looks at consumer groups; null while nothing can.</param>
/// <param name="Sampler">Reads the last records of a topic; null while nothing can.</param>
public sealed record KafkaAccess(
    Func<KafkaSettings, ITopicAdmin> Topics, Func<KafkaSettings, IGroupAdmin>? Groups = null, Func<KafkaSettings, IRecordSampler>? Sampler = null)
{
    /// <summary>The real cluster of the settings.</summary>
    public static KafkaAccess Real { get; } = new(_ => throw new CommandFailedException("the Kafka part is not built yet"));
}
