namespace Aggregator.Core.Replay;

/// <summary>What a line of an input file is.</summary>
public enum EnvelopeKind
{
    /// <summary>A record of one of the two topics.</summary>
    Record,

    /// <summary>A record of a topic that is not ours.</summary>
    OtherTopic,

    /// <summary>No envelope.</summary>
    Invalid,
}
