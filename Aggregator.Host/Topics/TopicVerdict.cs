namespace Aggregator.Host.Topics;

/// <summary>How a topic's setting compares with what is expected.</summary>
public enum TopicVerdict
{
    Fine,

    /// <summary>Differs, and results do not suffer.</summary>
    Remark,

    /// <summary>Differs in a way that costs results.</summary>
    Wrong,
}
