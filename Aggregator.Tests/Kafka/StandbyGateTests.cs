using Aggregator.Core.Diagnostics;
using Aggregator.Core.Kafka;
using Confluent.Kafka;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Aggregator.Tests.Kafka;

public sealed class StandbyGateTests
{
    private static readonly GroupView Nobody = new(true, []);
    private static readonly GroupView Another = new(true, [new("id", "aggregator@host", null, 4)]);

    private readonly FakeTimeProvider _time = new();
    private readonly ServiceStatus _status = new();
    private readonly CapturedLog _log = new();
    private readonly StandbyGate _gate;
    private TaskCompletionSource<GroupView> _answer = new();
    private int _asked;

    public StandbyGateTests() => _gate = new(new SourceContext(new KafkaSettings(), _status, _log.For<StandbyGate>(), _time), null, () =>
    {
        _asked++;
        return _answer.Task;
    });

    [Fact]
    public void A_free_group_is_joined_once_the_brokers_say_so()
    {
        Assert.False(_gate.MayJoin());
        _answer.SetResult(Nobody);

        Assert.True(_gate.MayJoin());
        Assert.Empty(_log.Lines);
    }

    /// <summary>A question that the client gives up while no broker is there ends the process when one comes (<see cref="ConsumerSession.GroupQuestionTimeout"/>).</summary>
    [Fact]
    public void Without_brokers_one_question_stays_open_until_the_client_is_replaced_and_nobody_joins()
    {
        TimeSpan waited = TimeSpan.Zero;
        while (_gate.Hopeless is null)
        {
            Assert.False(_gate.MayJoin());
            _time.Advance(TimeSpan.FromSeconds(30));
            waited += TimeSpan.FromSeconds(30);
            Assert.True(waited < ConsumerSession.GroupQuestionTimeout - TimeSpan.FromMinutes(10));
        }

        Assert.Equal("nobody told for 30 minutes who is in the group", _gate.Hopeless);
        Assert.Equal(1, _asked);
    }

    [Fact]
    public void An_answer_after_a_long_outage_counts()
    {
        Assert.False(_gate.MayJoin());
        _time.Advance(TimeSpan.FromMinutes(20));
        Assert.False(_gate.MayJoin());
        _status.KafkaConnected = true;
        Assert.False(_gate.MayJoin());
        _answer.SetResult(Another);

        Assert.False(_gate.MayJoin());
        Assert.Equal("standing by: member aggregator@host of group aggregator is at work; this instance takes over when it ends", _status.NotReadyReason);
    }

    [Fact]
    public void Connected_brokers_that_do_not_tell_are_waited_for_a_while_then_the_group_is_joined_and_that_is_said()
    {
        _status.KafkaConnected = true;
        Assert.False(_gate.MayJoin());
        _time.Advance(TimeSpan.FromSeconds(14));
        Assert.False(_gate.MayJoin());
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.True(_gate.MayJoin());
        Assert.Equal(
            ["Warning: Who is in group aggregator cannot be asked (no answer): joining it without. If another instance is at work there, neither gives results."],
            _log.Lines);
    }

    [Fact]
    public void A_missing_right_is_warned_of()
    {
        Assert.False(_gate.MayJoin());
        _answer.SetException(new KafkaException(ErrorCode.GroupAuthorizationFailed));

        Assert.True(_gate.MayJoin());
        Assert.StartsWith("Warning: Who is in group aggregator cannot be asked (", Assert.Single(_log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public void Whoever_saw_another_member_at_work_waits_for_as_long_as_the_brokers_are_silent()
    {
        _status.KafkaConnected = true;
        Assert.False(_gate.MayJoin());
        _answer.SetResult(Another);
        Assert.False(_gate.MayJoin());
        _answer = new();
        _time.Advance(TimeSpan.FromMinutes(5));
        Assert.False(_gate.MayJoin());
        _answer.SetException(new KafkaException(ErrorCode.Local_Transport));

        Assert.False(_gate.MayJoin());
    }
}
