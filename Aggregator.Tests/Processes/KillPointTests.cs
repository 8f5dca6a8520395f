using System.Globalization;
using Aggregator.Core.Kafka;
using Xunit;

namespace Aggregator.Tests.Processes;

/// <summary>
/// SIGKILL at the very moment of an exchange with the broker: just before a request reaches it, and after it did what the request says but before the program
/// has the answer. A commit is sent only when everything before is published, so that "before a commit" is "between publishing and committing".
/// </summary>
[Collection(nameof(ProcessTests))]
public sealed class KillPointTests(OwnBroker broker, ITestOutputHelper output)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Between two pieces of traffic while a life goes on.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Kind of request, how many of them pass before.</summary>
    private static readonly (BrokerRequest Kind, int Passing)[] Points =
    [
        (BrokerRequest.Metadata, 0), (BrokerRequest.FindCoordinator, 0), (BrokerRequest.JoinGroup, 0), (BrokerRequest.JoinGroup, 1), (BrokerRequest.SyncGroup, 0),
        (BrokerRequest.OffsetFetch, 0), (BrokerRequest.ListOffsets, 0), (BrokerRequest.Fetch, 0), (BrokerRequest.Fetch, 1), (BrokerRequest.Fetch, 3), (BrokerRequest.Fetch, 6),
        (BrokerRequest.OffsetCommit, 0), (BrokerRequest.OffsetCommit, 0), (BrokerRequest.OffsetCommit, 0), (BrokerRequest.OffsetCommit, 1), (BrokerRequest.OffsetCommit, 1),
    ];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_kill_in_the_middle_of_an_exchange_loses_no_window_and_changes_none(bool hasFileOfItsOwn)
    {
        await broker.StartAsync();
        await using BrokerLink link = BrokerLink.Between(broker);
        string servers = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{broker.LinkPort}");
        await using Lives lives = await Lives.CreateAsync(broker.Servers, 2, hasFileOfItsOwn ? 5 : 6, "kill points", hasFileOfItsOwn,
            ["Kafka:Properties:fetch.message.max.bytes=20000"], servers);
        int kills = 0;
        foreach ((BrokerRequest kind, int passing) in Points)
        {
            foreach (bool isAnswer in new[] { false, true })
            {
                // The fold must have something to publish and to commit in each life.
                await lives.WriteAsync();
                await LiveAsync(link, lives, kind, passing, isAnswer);
                kills++;
            }
        }
        await lives.FinishAsync();
        output.WriteLine($"{kills} kills at points of the protocol: {lives.Lines} lines equal to replay's, {lives.Repeated} of them published more than once");
    }

    private static async Task LiveAsync(BrokerLink link, Lives lives, BrokerRequest kind, int passing, bool isAnswer)
    {
        TaskCompletionSource killed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        AggregatorProcess? process = null;
        int seen = 0;
        async Task<bool> KillAsync(BrokerRequest passed)
        {
            if (passed != kind || Interlocked.Increment(ref seen) <= passing)
            {
                return true;
            }
            while (Volatile.Read(ref process) is null)
            {
                await Task.Delay(1);
            }
            await process!.KillAsync();
            killed.TrySetResult();
            return false;
        }
        link.OnRequest = isAnswer ? _ => Task.FromResult(true) : KillAsync;
        link.OnAnswer = isAnswer ? KillAsync : _ => Task.FromResult(true);
        Volatile.Write(ref process, lives.Start());
        // One commit may cover all that was there at the start, so a later one comes only with more traffic.
        long bound = Environment.TickCount64 + (long)Patience.TotalMilliseconds;
        while (await Task.WhenAny(killed.Task, Task.Delay(Pause)) != killed.Task && Environment.TickCount64 < bound && !process!.HasEnded)
        {
            await lives.WriteAsync(0.2);
        }
        string text = process!.Text;
        await process.DisposeAsync();
        link.OnRequest = _ => Task.FromResult(true);
        link.OnAnswer = _ => Task.FromResult(true);
        Assert.True(killed.Task.IsCompletedSuccessfully, $"no {kind} number {passing + 1} within {Patience}; {seen} seen:\n{text}");
    }
}
