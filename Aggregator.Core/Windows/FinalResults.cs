namespace Aggregator.Core.Windows;

/// <summary>What became final at once: each list in the order of the windows, either may be empty.</summary>
/// <param name="Activities">Windows whose end every watermark has passed.</param>
/// <param name="Windows">Windows whose end + <c>AckTimeout</c> every watermark has passed.</param>
public sealed record FinalResults(IReadOnlyList<ActivityResult> Activities, IReadOnlyList<WindowResult> Windows)
{
    /// <summary>Nothing.</summary>
    public static FinalResults None { get; } = new([], []);

    /// <summary>Whole windows, with the activity of each as it would have come before its delivery. For a replay, which is in no hurry to show it first.</summary>
    public static FinalResults OfWhole(IReadOnlyList<WindowResult> windows) => new([.. windows.Select(window => window.ToActivity())], windows);

    public bool IsEmpty => Activities.Count == 0 && Windows.Count == 0;
}
