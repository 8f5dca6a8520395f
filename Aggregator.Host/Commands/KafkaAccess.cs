using Aggregator.Core.Kafka;

namespace Aggregator.Host.Commands;

/// <summary>How verbs reach a cluster; tests put fakes here.</summary>
/// <param name="Topics">Looks at topics and creates them.</param>
/// <param name="Groups">Looks at consumer groups; null where that is not possible.</param>
/// <param name="Sampler">Reads the last records of a topic; null where that is not possible.</param>
public sealed record KafkaAccess(
    Func<KafkaSettings, ITopicAdmin> Topics, Func<KafkaSettings, IGroupAdmin>? Groups = null, Func<KafkaSettings, IRecordSampler>? Sampler = null)
{
    /// <summary>The real cluster of the settings.</summary>
    public static KafkaAccess Real { get; } = new(
        settings => new ClusterAdmin(ClientConfiguration.Admin(settings), TimeProvider.System),
        settings => new ClusterAdmin(ClientConfiguration.Admin(settings), TimeProvider.System),
        settings => new RecordSampler(settings, ClientConfiguration.Admin(settings), TimeProvider.System));
}
