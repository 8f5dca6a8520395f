namespace Aggregator.Host.Topics;

/// <summary>One line of the report on a topic.</summary>
/// <param name="Topic">The topic's name in the cluster.</param>
/// <param name="Setting">What was compared.</param>
/// <param name="Expected">As <c>topics/</c> wants it.</param>
/// <param name="Actual">As the cluster has it.</param>
/// <param name="Verdict">Whether that matters.</param>
/// <param name="Why">Why it matters; null where nothing differs.</param>
/// <param name="Repair">A command that repairs it; null where there is none or nothing to repair.</param>
public sealed record TopicFinding(
    string Topic, string Setting, string Expected, string Actual, TopicVerdict Verdict, string? Why = null, string? Repair = null);
