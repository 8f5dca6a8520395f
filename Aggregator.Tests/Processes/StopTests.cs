using System.Collections;
using System.Globalization;
using Aggregator.Core.Publishing;
using Aggregator.Core.Windows;
using Aggregator.Host.Service;
using Aggregator.Host.Settings;
using Aggregator.Host.Web;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Aggregator.Tests.Processes;

/// <summary>A stop takes 10 s at most, whatever hangs, as the program itself measures it, and the exit code is 0.</summary>
[Collection(nameof(ProcessTests))]
public sealed class StopTests(OwnBroker broker, ITestOutputHelper output)
{
    private const string Stopped = "Stopped in ";
    private static readonly TimeSpan Bound = AggregatorProcess.StopBound;

    [Fact]
    public async Task Idle()
    {
        await using TestTopics topics = await TestTopics.CreateAsync(TestTopics.SharedBroker(), 2);
        await using AggregatorProcess process = Run(topics);
        await process.LineAsync("Reading ");

        await AssertStopsAsync(process, "idle");

        topics.IsDone = true;
    }

    [Fact]
    public async Task At_full_load()
    {
        await using Lives lives = await Lives.CreateAsync(TestTopics.SharedBroker(), 4, 1, "full load", hasFileOfItsOwn: false);
        for (int chunk = 0; chunk < 60; chunk++)
        {
            await lives.WriteAsync();
        }
        for (int i = 0; i < 3; i++)
        {
            await using AggregatorProcess process = lives.Start();
            await process.LineAsync("Reading ");
            await AssertStopsAsync(process, "at full load");
        }
        await lives.FinishAsync();
    }

    [Fact]
    public async Task While_it_starts()
    {
        await using TestTopics topics = await TestTopics.CreateAsync(TestTopics.SharedBroker(), 2);
        for (int ms = 100; ms <= 1_300; ms += 100)
        {
            await using AggregatorProcess process = Run(topics);
            await Task.Delay(ms, TestContext.Current.CancellationToken);
            (int code, TimeSpan took) = await process.TerminateAsync(Bound);
            // Until the runtime takes care of signals, SIGTERM ends the process as it ends any.
            Assert.True(code == 0 || (code == 143 && process.Log.Count == 0), $"{ms} ms after the start: exit code {code} after {took}\n{process.Text}");
        }
        topics.IsDone = true;
    }

    [Fact]
    public async Task Without_a_broker()
    {
        await using AggregatorProcess process = AggregatorProcess.Start(
            ["run", "--web.listen-address", "127.0.0.1:0", "--set", string.Create(CultureInfo.InvariantCulture, $"Kafka:BootstrapServers=127.0.0.1:{OwnBroker.FreePort()}")]);
        await process.LineAsync("does not answer");

        await AssertStopsAsync(process, "without a broker");
    }

    [Fact]
    public async Task When_the_broker_hangs()
    {
        await broker.StartAsync();
        await using BrokerLink link = BrokerLink.Between(broker);
        await using Lives lives = await Lives.CreateAsync(broker.Servers, 2, 2, "hanging broker", hasFileOfItsOwn: false,
            programServers: string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{broker.LinkPort}"));
        await lives.WriteAsync();
        await using (AggregatorProcess process = lives.Start())
        {
            await process.LineAsync("Reading ");
            await lives.WriteAsync();
            link.IsHanging = true;
            await lives.WriteAsync();
            await AssertStopsAsync(process, "when the broker hangs");
        }
        link.IsHanging = false;
        await lives.FinishAsync();
    }

    [Fact]
    public async Task When_the_broker_was_killed()
    {
        await broker.StartAsync();
        await using Lives lives = await Lives.CreateAsync(broker.Servers, 2, 3, "killed broker", hasFileOfItsOwn: false);
        await lives.WriteAsync();
        await using (AggregatorProcess process = lives.Start())
        {
            await process.LineAsync("Reading ");
            await broker.KillAsync();
            await process.LineAsync("does not answer");
            await AssertStopsAsync(process, "when the broker was killed");
        }
        await broker.StartAsync();
        await lives.FinishAsync();
    }

    [Fact]
    public async Task While_members_come_and_go()
    {
        await using TestTopics topics = await TestTopics.CreateAsync(TestTopics.SharedBroker(), 2);
        await using AggregatorProcess first = Run(topics);
        await first.LineAsync("Reading ");
        await using AggregatorProcess second = Run(topics);
        await second.LineAsync("Serving ");
        await Task.Delay(300, TestContext.Current.CancellationToken);

        await AssertStopsAsync(first, "in a rebalance");
        await AssertStopsAsync(second, "after a rebalance");

        topics.IsDone = true;
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task With_an_output_that_hangs(bool blocksItsThread)
    {
        await using Lives lives = await Lives.CreateAsync(TestTopics.SharedBroker(), 2, 4, "hanging output");
        await lives.WriteAsync();
        using HangingOutput hanging = new(blocksItsThread);
        SettingsResult settings = SettingsLoader.Load(null, Pairs(lives.Topics.Arguments("Aggregation:Window=00:00:01")), new Hashtable());
        AggregatorService service = await AggregatorService.StartAsync(
            settings.Settings!, new WebServerOptions(ListenAddress.Default with { Port = 0 }), [hanging], NullLoggerFactory.Instance, TimeProvider.System, TestContext.Current.CancellationToken);
        await hanging.Reached.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

        long asked = Environment.TickCount64;
        await service.DisposeAsync().AsTask().WaitAsync(Bound, TestContext.Current.CancellationToken);

        output.WriteLine($"with an output that hangs: {Environment.TickCount64 - asked} ms");
        lives.Topics.IsDone = true;
    }

    /// <summary>AGGREGATOR_HALT_SECONDS says how long each of three halts is (2.5); <c>scripts/faults.sh</c> makes it 180.</summary>
    [Fact]
    public async Task Stopped_by_SIGSTOP_and_continued_it_loses_no_window_and_changes_none()
    {
        double halt = double.TryParse(Environment.GetEnvironmentVariable("AGGREGATOR_HALT_SECONDS"), CultureInfo.InvariantCulture, out double given) ? given : 2.5;
        await using Lives lives = await Lives.CreateAsync(TestTopics.SharedBroker(), 3, 5, "SIGSTOP", hasFileOfItsOwn: false);
        await lives.WriteAsync();
        await using (AggregatorProcess process = lives.Start())
        {
            await process.LineAsync("Reading ");
            for (int i = 0; i < 3; i++)
            {
                await lives.WriteAsync(0.5);
                process.Signal(AggregatorProcess.Stop);
                await lives.WriteAsync(0.5);
                // Longer than the session timeout of 1 s: the group throws it out.
                await Task.Delay(TimeSpan.FromSeconds(halt), TestContext.Current.CancellationToken);
                process.Signal(AggregatorProcess.Continue);
                await lives.WriteAsync(0.5);
                await Task.Delay(1_500, TestContext.Current.CancellationToken);
            }
            await AssertStopsAsync(process, "after SIGSTOP and SIGCONT");
        }
        await lives.FinishAsync();
    }

    private static AggregatorProcess Run(TestTopics topics) =>
        AggregatorProcess.Start(["run", "--web.listen-address", "127.0.0.1:0", .. topics.Arguments("Kafka:SessionTimeout=00:00:06")]);

    private static string[] Pairs(string[] arguments) => [.. arguments.Where(argument => argument != "--set")];

    private async Task AssertStopsAsync(AggregatorProcess process, string when)
    {
        (int code, TimeSpan took) = await process.TerminateAsync(Bound);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{when}: {took.TotalSeconds:0.0} s"));
        Assert.True(code == 0, $"{when}: exit code {code} after {took}\n{process.Text}");
        string told = process.Log.LastOrDefault(line => line.Contains(Stopped, StringComparison.Ordinal)) ?? throw new InvalidOperationException(process.Text);
        string seconds = told[(told.IndexOf(Stopped, StringComparison.Ordinal) + Stopped.Length)..].Split(' ')[0];
        Assert.InRange(double.Parse(seconds, CultureInfo.InvariantCulture), 0, 10);
    }

    private sealed class HangingOutput(bool blocksItsThread) : IResultOutput, IDisposable
    {
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ManualResetEventSlim _released = new();

        public Task Reached => _reached.Task;

        public string Name => "hanging";

        public async ValueTask PublishAsync(FinalResults results, CancellationToken cancellation)
        {
            _reached.TrySetResult();
            if (blocksItsThread)
            {
                _released.Wait(CancellationToken.None);
            }
            await Task.Delay(Timeout.InfiniteTimeSpan, CancellationToken.None);
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        public void Dispose()
        {
            _released.Set();
            _released.Dispose();
        }
    }
}
