namespace Aggregator.Core.Kafka;

/// <summary>What a running <see cref="KafkaSourceStage"/> lets itself be told.</summary>
public sealed class KafkaSourceControl
{
    private readonly KafkaRecordSource _source;

    internal KafkaSourceControl(KafkaRecordSource source) => _source = source;

    /// <summary>Ends the stream after what was read; the member stays in the group, so that offsets can still be committed.</summary>
    public void Complete() => _source.Complete();

    /// <summary>Leaves the group and ends the consumer, within <paramref name="timeout"/>.</summary>
    /// <returns>Whether that went in good order.</returns>
    public Task<bool> StopAsync(TimeSpan timeout) => _source.StopAsync(timeout);
}
