namespace Aggregator.Benchmarks.Shapes;

/// <summary>A way in which producers write records.</summary>
/// <param name="Name">What the table calls it.</param>
/// <param name="Write">Writes one.</param>
public sealed record ProducerShape(string Name, Func<ReportedMessage, string> Write);
