namespace Aggregator.Host.Topics;

/// <summary>What <c>topics/</c> says of one topic.</summary>
/// <param name="Name">Its name in the contract, and its default name in the cluster.</param>
/// <param name="Setting">The setting that names it in the cluster.</param>
/// <param name="Purpose">What a record of it says.</param>
/// <param name="Key">The field by which records are keyed.</param>
/// <param name="ProducedBy">Who writes it.</param>
/// <param name="Schema">The JSON Schema of its values, as text.</param>
/// <param name="Example">One record, as text.</param>
public sealed record TopicDefinition(string Name, string Setting, string Purpose, string Key, string ProducedBy, string Schema, string Example);
