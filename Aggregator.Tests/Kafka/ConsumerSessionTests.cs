using Aggregator.Core.Kafka;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Xunit;

namespace Aggregator.Tests.Kafka;

public sealed class ConsumerSessionTests
{
    [Fact]
    public async Task Questions_to_a_client_that_is_closed_meanwhile_are_refused_and_end_no_process()
    {
        using var kafka = new EmbeddedKafka(partitions: 1);
        for (int round = 0; round < 5; round++)
        {
            var session = ConsumerSession.Open(
                ClientConfiguration.Consumer(kafka.Settings), kafka.Settings, new ConsumerHandlers(_ => { }, _ => { }, _ => { }, _ => { }), _ => { });
            // From here on the client knows the leader, as it does wherever the service asks: for partitions that are assigned. While it does not, news of leaders can
            // make librdkafka 2.16 free a question for offsets that the asking thread is still at.
            session.Consumer.QueryWatermarkOffsets(new("ack", 0), SourceProbe.Patience);
            int asked = 0;
            Task[] asking = [.. Enumerable.Range(0, 4).Select(asker => Task.Run(async () =>
            {
                try
                {
                    while (true)
                    {
                        _ = session.DescribeTopicsAsync(["ack"], SourceProbe.Patience);
                        Task<IReadOnlyDictionary<TopicPartition, long>> offsets = session.ListOffsetsAsync([new("ack", 0)], OffsetSpec.Latest(), SourceProbe.Patience);
                        if (offsets.IsFaulted)
                        {
                            await offsets;
                        }
                        Interlocked.Increment(ref asked);
                        await Task.Yield();
                    }
                }
                catch (ObjectDisposedException)
                {
                    // what is wanted
                }
            }))];
            Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref asked) > 20, SourceProbe.Patience));

            session.Close();

            await Task.WhenAll(asking).WaitAsync(SourceProbe.Patience, TestContext.Current.CancellationToken);
            Assert.Throws<ObjectDisposedException>(() => { _ = session.DescribeTopicsAsync(["ack"], SourceProbe.Patience); });
            await Assert.ThrowsAsync<ObjectDisposedException>(() => session.DescribeGroupAsync("aggregator"));
        }
    }
}
