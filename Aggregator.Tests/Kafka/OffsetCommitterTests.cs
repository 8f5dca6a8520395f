using Aggregator.Core.Diagnostics;
using Aggregator.Core.Kafka;
using Aggregator.Core.Records;
using Xunit;

namespace Aggregator.Tests.Kafka;

public sealed class OffsetCommitterTests : IDisposable
{
    private readonly FakeOffsetStore _store = new();
    private readonly ServiceStatus _status = new();
    private readonly CapturedLog _log = new();
    private readonly OffsetCommitter _committer;

    public OffsetCommitterTests() => _committer = new OffsetCommitter(_store, _status, _log.For<OffsetCommitter>(), TimeProvider.System);

    [Fact]
    public async Task While_a_commit_is_under_way_only_the_latest_submission_waits()
    {
        Submit(1);
        await SeenAsync(1);
        Submit(2);
        Submit(3);
        Submit(4);
        Task<bool> flushed = _committer.FlushAsync(SourceProbe.Patience);
        Assert.False(flushed.IsCompleted);
        _store.Answer(CommitOutcome.Done);
        _store.Answer(CommitOutcome.Done);

        Assert.True(await flushed);
        Assert.Equal([1, 4], _store.Seen);
        Assert.Equal(2, _status.Commits.Value);
        Assert.InRange(_status.LastCommitMs.Value, 1, long.MaxValue);
    }

    [Fact]
    public async Task What_failed_is_tried_again()
    {
        _store.Answer(CommitOutcome.Failed);
        _store.Answer(CommitOutcome.Done);
        Submit(7);

        Assert.True(await _committer.FlushAsync(SourceProbe.Patience));
        Assert.Equal([7, 7], _store.Seen);
        Assert.Equal((1, 1), (_status.Commits.Value, _status.CommitFailures.Value));
        Assert.Equal(["Warning: Offsets are not committed: the coordinator is not there (0 more since the last line). Trying again."], _log.Lines);
    }

    [Fact]
    public async Task A_newer_submission_takes_the_place_of_what_failed()
    {
        _store.Answer(CommitOutcome.Failed);
        Submit(7);
        await SeenAsync(1);
        Submit(8);
        _store.Answer(CommitOutcome.Done);

        Assert.True(await _committer.FlushAsync(SourceProbe.Patience));
        Assert.Equal([7, 8], _store.Seen);
    }

    [Fact]
    public async Task What_belongs_to_an_assignment_that_is_over_is_dropped()
    {
        Submit(7);
        Task<bool> flushed = _committer.FlushAsync(SourceProbe.Patience);
        _store.Answer(CommitOutcome.Void);

        Assert.False(await flushed);
        Assert.Equal([7], _store.Seen);
        Assert.Equal((0, 0), (_status.Commits.Value, _status.CommitFailures.Value));
    }

    [Fact]
    public async Task A_flush_does_not_wait_longer_than_it_was_told()
    {
        Submit(7);

        Assert.False(await _committer.FlushAsync(TimeSpan.FromMilliseconds(50)));
        _store.Answer(CommitOutcome.Done);
    }

    [Fact]
    public async Task With_nothing_to_commit_a_flush_is_done() => Assert.True(await _committer.FlushAsync(TimeSpan.Zero));

    public void Dispose()
    {
        _committer.Dispose();
        _store.Answer(CommitOutcome.Done);
    }

    private void Submit(long offset) =>
        _committer.Submit([new CommitPoint(new PartitionId(RecordTopic.Ack, 0), offset, CommitMetadata.Nothing)], assignment: 1);

    private async Task SeenAsync(int count)
    {
        using var patience = new CancellationTokenSource(SourceProbe.Patience);
        while (_store.Seen.Count < count)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, patience.Token);
        }
    }
}
