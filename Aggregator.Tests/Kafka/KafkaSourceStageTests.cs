using Aggregator.Core.Diagnostics;
using Aggregator.Core.Kafka;
using Akka.Actor;
using Akka.Streams;
using Akka.Streams.Dsl;
using Xunit;

namespace Aggregator.Tests.Kafka;

public sealed class KafkaSourceStageTests
{
    [Fact]
    public async Task The_stage_hands_elements_on_in_order_and_completes_when_told()
    {
        using var kafka = new EmbeddedKafka(partitions: 1);
        kafka.Write("im-latency", 0, 0, 10_000);
        using var system = ActorSystem.Create("stage");
        using var pool = new RecordBatchPool();
        var log = new CapturedLog();
        await using var source = new KafkaRecordSource(kafka.Settings, pool, new ServiceStatus(), log.For<KafkaRecordSource>(), TimeProvider.System);
        var offsets = new List<long>();
        var enough = new TaskCompletionSource();

        (KafkaSourceControl control, Task done) = Source.FromGraph(new KafkaSourceStage(source))
            .ToMaterialized(
                Sink.ForEach<SourceElement>(element =>
                {
                    if (element is SourceElement.Batch { Records: var batch })
                    {
                        offsets.AddRange(batch.Offsets.ToArray());
                        pool.Return(batch);
                        if (offsets.Count == 10_000)
                        {
                            enough.SetResult();
                        }
                    }
                }),
                Keep.Both)
            .Run(system.Materializer());
        await enough.Task.WaitAsync(SourceProbe.Patience, TestContext.Current.CancellationToken);
        control.Complete();
        await done.WaitAsync(SourceProbe.Patience, TestContext.Current.CancellationToken);

        Assert.True(await control.StopAsync(SourceProbe.Patience));
        Assert.Equal(Enumerable.Range(0, 10_000).Select(i => (long)i), offsets);
        Assert.Equal(0, pool.InUse);
    }
}
