using Xunit;

namespace Aggregator.Tests.Processes;

/// <summary>The topics grow while the program reads them.</summary>
[Collection(nameof(ProcessTests))]
public sealed class AddedPartitionsTests
{
    [Fact]
    public async Task Partitions_that_are_added_while_it_runs_lose_no_window_and_change_none()
    {
        await using Lives lives = await Lives.CreateAsync(TestTopics.SharedBroker(), 1, 13, "added partitions", hasFileOfItsOwn: false);
        await lives.WriteAsync();
        await using (AggregatorProcess process = lives.Start())
        {
            await PublishesAsync(lives, process);

            await lives.GrowAsync(3);
            await process.LineAsync("Reading 6 partitions");
            await lives.WriteAsync();
            await PublishesAsync(lives, process);

            Assert.Equal(0, (await process.TerminateAsync(AggregatorProcess.StopBound)).Code);
        }
        await lives.FinishAsync();
    }

    /// <summary>Waits until it has published something of what was written last.</summary>
    private static Task PublishesAsync(Lives lives, AggregatorProcess process)
    {
        long before = Length(lives.Output);
        return MetricsClient.UntilAsync(() => Task.FromResult(Length(lives.Output) > before), () => $"more windows:\n{process.Text}", TimeSpan.FromSeconds(60));
    }

    private static long Length(string file) => File.Exists(file) ? new FileInfo(file).Length : 0;
}
