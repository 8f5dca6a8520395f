namespace Aggregator.Host.Terminal;

/// <summary>The sign before a line of a report.</summary>
public enum Mark
{
    /// <summary>✓</summary>
    Good,

    /// <summary>! – to be known; nothing fails.</summary>
    Remark,

    /// <summary>✗</summary>
    Bad,

    /// <summary>– : could not be looked at.</summary>
    Skipped,
}
