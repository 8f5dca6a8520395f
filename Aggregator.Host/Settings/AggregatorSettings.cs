using Aggregator.Core.Kafka;
using Aggregator.Core.Records;
using Aggregator.Core.RemoteWrite;
using Aggregator.Core.Windows;

namespace Aggregator.Host.Settings;

/// <summary>All settings in force, checked. Immutable; what is not a setting of results or of Kafka is an option of its verb.</summary>
public sealed record AggregatorSettings(AggregationSettings Aggregation, KafkaSettings Kafka, FieldNames Fields)
{
    /// <summary>A second way out besides the page; without a <see cref="RemoteWriteSettings.Url"/> there is none.</summary>
    public RemoteWriteSettings RemoteWrite { get; init; } = new();

    /// <summary>The same for people to read: each setting in force, secrets masked, with where it comes from.</summary>
    public IReadOnlyList<SettingValue> Values { get; init; } = [];
}
