using Aggregator.Core.EventTime;
using Xunit;

namespace Aggregator.Tests.Windows;

/// <summary>What becomes final, and when.</summary>
public class FinalWindowsTests
{
    [Fact]
    public void Nothing_is_final_while_a_partition_has_no_watermark()
    {
        FoldRun run = new(new());
        run.Fold(new Records().Message("m1", 0, 10).Message("m2", 600_000, 10).All);
        run.Advance(PartitionWatermark.None);

        Assert.Empty(run.Lines);
        Assert.Empty(run.ActivityStarts);
        Assert.Null(run.Aggregator.FinalThroughMs);

        run.Fold(new Records().Message("m3", 0, 10, partition: 1).All);
        run.Finish();

        Assert.Equal(11, run.Lines.Count);
        Assert.Contains("\"sent\":2,", run.Lines[0], StringComparison.Ordinal);
        Assert.Equal("""{"records":{"im-latency":3},"rejected":{},"late":{},"duplicates":{},"samples_left_out":{},"windows":11}""", run.Summary);
    }
}
