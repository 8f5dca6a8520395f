namespace Aggregator.Core.Kafka;

/// <summary>What became of reading a commit's metadata.</summary>
public enum CommitMetadataOutcome
{
    /// <summary>There is none: nothing was committed, or another program committed.</summary>
    Absent,

    Usable,

    /// <summary>A later version of this program wrote it.</summary>
    NewerVersion,

    /// <summary>It is not what any version of this program writes.</summary>
    Damaged,
}
