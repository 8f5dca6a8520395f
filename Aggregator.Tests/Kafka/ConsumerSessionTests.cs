using Aggregator.Core.Kafka;
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
            int asked = 0;
            Task[] asking = [.. Enumerable.Range(0, 4).Select(asker => Task.Run(async () =>
            {
                try
                {
                    while (true)
                    {
                        _ = session.DescribeTopicsAsync(["ack"], SourceProbe.Patience);
                        await session.ListOffsetsAsync([new("ack", 0)], OffsetQuestion.End, SourceProbe.Patience);
                        Interlocked.Increment(ref asked);
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
