using Aggregator.Core.Generation;
using Aggregator.Core.Kafka;
using Aggregator.Host.Commands;

namespace Aggregator.Host.Traffic;

/// <summary>Writes records into a file as <c>kcat -C -J</c> would export them.</summary>
public sealed class EnvelopeSink(OutputFile file, KafkaSettings kafka) : ITrafficSink
{
    private readonly EnvelopeWriter _writer = new(kafka.LatencyTopic, kafka.AckTopic);

    public void Write(in GeneratedRecord record, CancellationToken cancellation) => file.Stream.Write(_writer.Line(record));

    public void Pause() => file.Stream.Flush();

    public Task CompleteAsync(CancellationToken cancellation)
    {
        file.Complete();
        return Task.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        _writer.Dispose();
        await file.DisposeAsync();
    }
}
