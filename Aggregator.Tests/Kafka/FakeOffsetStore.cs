using System.Collections.Concurrent;
using Aggregator.Core.Kafka;

namespace Aggregator.Tests.Kafka;

/// <summary>A group that answers what the test says, when the test says.</summary>
internal sealed class FakeOffsetStore : IOffsetStore
{
    private readonly BlockingCollection<CommitOutcome> _answers = [];

    public ConcurrentQueue<long> Seen { get; } = new();

    public void Answer(CommitOutcome outcome) => _answers.Add(outcome);

    public CommitOutcome Commit(IReadOnlyList<CommitPoint> points, long assignment, out string? problem)
    {
        Seen.Enqueue(points[0].Offset);
        CommitOutcome answer = _answers.Take();
        problem = answer == CommitOutcome.Failed ? "the coordinator is not there" : null;
        return answer;
    }
}
