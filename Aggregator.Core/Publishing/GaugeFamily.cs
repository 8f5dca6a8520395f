namespace Aggregator.Core.Publishing;

/// <summary>A family of gauges about windows. There is one object for each, so that it can be told by its identity.</summary>
/// <param name="name">Its name in Prometheus.</param>
/// <param name="help">What it means, in one line, without the full stop.</param>
/// <param name="labels">The names of its labels: those of a dimension set, then its own.</param>
public sealed class GaugeFamily(string name, string help, string[] labels)
{
    public string Name { get; } = name;

    public string Help { get; } = help;

    public IReadOnlyList<string> Labels { get; } = labels;

    public override string ToString() => Name;
}
