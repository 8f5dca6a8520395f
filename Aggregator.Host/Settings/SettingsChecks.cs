using Aggregator.Core.Kafka;
using Aggregator.Core.Publishing;

namespace Aggregator.Host.Settings;

/// <summary>Rules about settings that belong to the rooms that use them; they are asked once the sections themselves are read.</summary>
public static class SettingsChecks
{
    /// <summary>Each gets the settings (a wrong one as its default) and names what its room cannot work with.</summary>
    public static IReadOnlyList<Func<AggregatorSettings, IEnumerable<SettingError>>> All { get; } = [MetricNamesOfGroups, ClientOfKafka];

    // Dimensions become labels and names of metrics; two of them may become one.
    private static IEnumerable<SettingError> MetricNamesOfGroups(AggregatorSettings settings) =>
        MetricNames.Problems(settings.Aggregation.Groups).Select(problem => new SettingError($"{AggregationSection.Name}:Groups", null, problem));

    // librdkafka itself judges the keys of Kafka:Properties, one by one and then together.
    private static IEnumerable<SettingError> ClientOfKafka(AggregatorSettings settings)
    {
        // of a file that is not there it says "BIO lib"; "probe" is its word for the usual places
        bool noAuthorities = settings.Kafka.SslCaLocation is { } path && path != "probe" && !File.Exists(path) && !Directory.Exists(path);
        if (noAuthorities)
        {
            yield return new(
                $"{KafkaSection.Name}:SslCaLocation", settings.Kafka.SslCaLocation,
                "no such file; name a PEM file of the authorities that signed the brokers' certificates");
        }
        KafkaSettings judged = noAuthorities ? settings.Kafka with { SslCaLocation = null } : settings.Kafka;
        foreach (KafkaSettingProblem problem in ClientConfigurationCheck.Check(judged))
        {
            yield return new(problem.Setting, problem.Value.Length == 0 ? null : problem.Value, problem.Allowed);
        }
    }
}
