using Aggregator.Core.Scheduling;

namespace Aggregator.Core.Kafka;

/// <summary>Which threads of librdkafka hand records to ours, and whether they shall share its processor (ADR 25).</summary>
internal static class ClientThreads
{
    // As librdkafka calls those that take records from a broker.
    private const string Prefix = "rdk:broker";

    // With more of them the client may use several at once, which nobody has measured yet.
    private const int MaxProcessorsForAuto = 2;

    /// <summary>What keeps them together; null where they shall run where the system likes.</summary>
    /// <param name="settings">Tell whether.</param>
    /// <param name="time">The clock.</param>
    /// <param name="changed">As for <see cref="ThreadGathering"/>.</param>
    public static ThreadGathering? Gathering(KafkaSettings settings, TimeProvider time, Action<int?>? changed = null)
    {
        bool isWanted = settings.Affinity.ToUpperInvariant() switch
        {
            "SHARED" => true,
            "AUTO" => Environment.ProcessorCount <= MaxProcessorsForAuto,
            _ => false,
        };
        return isWanted ? new(new LinuxThreads(), Prefix, time, changed ?? (static _ => { })) : null;
    }
}
