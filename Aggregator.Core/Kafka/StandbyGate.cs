using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace Aggregator.Core.Kafka;

/// <summary>
/// Stands between a consumer and its group: asks about once a second who is in it, beside the poll thread, and lets the consumer join when nobody else is.
/// Once it joined, tells when it has to leave again. The poll thread calls it again and again. The rule is <see cref="StandbyRule"/>.
/// </summary>
internal sealed class StandbyGate(SourceContext context, string? ownInstanceId, Func<Task<GroupView>> ask)
{
    /// <summary>Between two questions; a good part of the time that a standby needs to take over after a clean stop.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>How long a group that connected brokers do not tell about keeps a consumer out that has not seen another member.</summary>
    private static readonly TimeSpan PatienceForAnswer = TimeSpan.FromSeconds(15);

    /// <summary>How long a question may stay open before the client is replaced; well within <see cref="ConsumerSession.GroupQuestionTimeout"/>.</summary>
    private static readonly TimeSpan LongestQuestion = TimeSpan.FromMinutes(30);

    private static readonly TimeSpan TellAgain = TimeSpan.FromMinutes(10);

    private Task<GroupView>? _asking;
    private long? _askedAt;
    private long? _connectedAt;
    private string? _atWork;
    private long _toldAt;

    /// <summary>Whether the brokers tell who is in the group.</summary>
    public bool CanSee { get; private set; } = true;

    /// <summary>Why the client has to be replaced; null while it need not.</summary>
    public string? Hopeless => _asking is { IsCompleted: false } && context.Time.GetElapsedTime(_askedAt!.Value) > LongestQuestion
        ? $"nobody told for {LongestQuestion.TotalMinutes:0} minutes who is in the group"
        : null;

    /// <summary>Whether the consumer may join now. Says why not.</summary>
    public bool MayJoin()
    {
        _connectedAt = context.Status.KafkaConnected ? _connectedAt ?? context.Time.GetTimestamp() : null;
        try
        {
            GroupView? group = Answer();
            if (group is null && MustWait)
            {
                return false;
            }
            if (group is null)
            {
                TellOfJoiningBlindly("no answer", isOfConcern: true);
            }
            else if (StandbyRule.AtWork(group, ownInstanceId) is { } member)
            {
                StandBy(member);
                return false;
            }
        }
        catch (KafkaException e)
        {
            CanSee = !IsRefusal(e.Error.Code);
            if (CanSee && MustWait)
            {
                return false;
            }
            TellOfJoiningBlindly(e.Error.Reason, isOfConcern: e.Error.Code != ErrorCode.Local_UnsupportedFeature);
        }
        if (_atWork is not null)
        {
            context.Logger.LogInformation("{Member} has left group {Group}: taking over.", _atWork, context.Settings.GroupId);
        }
        context.IsStandingBy = false;
        _asking = null;
        return true;
    }

    /// <summary>Whether a member that lacks partitions has to leave the group to another one.</summary>
    /// <param name="ownId">Tells its id in the group; asked for only where there is an answer to look at, since the client's own thread has to be asked for it.</param>
    public bool MustLeave(Func<string> ownId)
    {
        if (!CanSee)
        {
            return false;
        }
        try
        {
            if (Answer() is not { } group || StandbyRule.MakeWayFor(group, ownId()) is not { } member)
            {
                return false;
            }
            context.Logger.LogInformation("{Member} joined group {Group} at the same moment and works there: leaving it to that one, standing by.",
                member.Name, context.Settings.GroupId);
            return true;
        }
        catch (KafkaException)
        {
            return false; // asked again; the monitor tells when brokers do not answer
        }
    }

    // Who saw another member at work waits on, and so does everybody while no broker is there: there is nothing to take over.
    private bool MustWait => _atWork is not null || _connectedAt is not { } since || context.Time.GetElapsedTime(since) < PatienceForAnswer;

    // Every real broker can tell; the embedded one of the demo, which has one member, cannot, and a newcomer need not wonder about that.
    private void TellOfJoiningBlindly(string why, bool isOfConcern) => context.Warn("standby",
        $"Who is in group {context.Settings.GroupId} cannot be asked ({why}): joining it without. If another instance is at work there, neither gives results.",
        isOfConcern);

    /// <summary>The answer to the last question, once; null while there is none.</summary>
    private GroupView? Answer()
    {
        if (_asking is null)
        {
            if (_askedAt is { } last && context.Time.GetElapsedTime(last) < Interval)
            {
                return null;
            }
            _askedAt = context.Time.GetTimestamp();
            _asking = ask();
        }
        if (!_asking.IsCompleted)
        {
            return null;
        }
        Task<GroupView> answered = _asking;
        _asking = null;
        return answered.GetAwaiter().GetResult();
    }

    private static bool IsRefusal(ErrorCode code) => code is ErrorCode.GroupAuthorizationFailed or ErrorCode.ClusterAuthorizationFailed
        or ErrorCode.Local_UnsupportedFeature or ErrorCode.UnsupportedVersion or ErrorCode.InvalidRequest;

    private void StandBy(GroupMember member)
    {
        string text = $"standing by: member {member.Name} of group {context.Settings.GroupId} is at work; this instance takes over when it ends";
        context.Connected();
        context.IsStandingBy = true;
        context.NotReady(text);
        if (_atWork != member.Name || context.Time.GetElapsedTime(_toldAt) > TellAgain)
        {
            _atWork = member.Name;
            _toldAt = context.Time.GetTimestamp();
            context.Logger.LogInformation("{Text}.", char.ToUpperInvariant(text[0]) + text[1..]);
        }
    }
}
