using Aggregator.Core.Publishing;
using Aggregator.Core.Windows;

namespace Aggregator.Core.Comparison;

/// <summary>A window as the replay gives it: the samples of each of its results.</summary>
internal sealed class ComputedWindow(WindowResult window, IReadOnlyList<GaugeSample> activity, IReadOnlyList<GaugeSample> delivery)
{
    public WindowSpan Window => window.Window;

    /// <summary>Whether it has no fact at all: it stands there because windows before and after it have some.</summary>
    public bool IsEmpty { get; } = window.Groups is [{ Activity.IsNone: true, Delivery.Sent: 0 }];

    public int Count => activity.Count + delivery.Count;

    public IReadOnlyList<GaugeSample> Of(ResultKind result) => result == ResultKind.Activity ? activity : delivery;
}
