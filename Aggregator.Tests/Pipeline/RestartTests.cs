using Aggregator.Core.Kafka;
using Aggregator.Core.Windows;
using Xunit;

namespace Aggregator.Tests.Pipeline;

public sealed class RestartTests
{
    [Fact]
    public void What_was_late_by_the_watermark_before_a_restart_is_late_after_it()
    {
        var run = new LiveRun(new CommitMetadata(Windows.Records.T0 + 60_000, null));
        run.WriteMessage("m1", 59_000); // its window is over for the partition, its cohort is open

        run.Read();

        Assert.Equal(
            [(FactKind.Received, 1L), (FactKind.Acked, 0L), (FactKind.Activity, 1L), (FactKind.Sent, 0L)],
            new[] { FactKind.Received, FactKind.Acked, FactKind.Activity, FactKind.Sent }.Select(kind => (kind, run.Counters.Late(kind, LateCause.Watermark))));
    }
}
