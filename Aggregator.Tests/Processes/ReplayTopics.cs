using Aggregator.Core.Generation;
using Xunit;

namespace Aggregator.Tests.Processes;

/// <summary>Traffic in topics of the shared broker that all tests of replay only read; written once.</summary>
public sealed class ReplayTopics : IAsyncLifetime
{
    private const int Messages = 15_000;

    private TestTopics? _topics;

    /// <summary>The topics; the test is skipped without a broker.</summary>
    internal TestTopics Topics
    {
        get
        {
            TestTopics.SharedBroker();
            return _topics!;
        }
    }

    public async ValueTask InitializeAsync()
    {
        if (Environment.GetEnvironmentVariable(TestTopics.Variable) is not { Length: > 0 } servers)
        {
            return;
        }
        _topics = await TestTopics.CreateAsync(servers, partitions: 2);
        await _topics.WriteAsync(new TrafficGenerator(new TrafficSettings
        {
            Seed = 11, StartMs = 1_767_225_600_000, Rate = 50, Messages = Messages, LatencyPartitions = 2, AckPartitions = 2, BadShare = 0.01, Users = 2_000,
        }));
    }

    public async ValueTask DisposeAsync()
    {
        if (_topics is not null)
        {
            _topics.IsDone = true;
            await _topics.DisposeAsync();
        }
    }
}
