namespace Aggregator.Core.Windows;

/// <summary>What the counters are called where users see them: as values of labels, and as keys in a replay's summary.</summary>
public static class CountLabels
{
    public static string Label(this FactKind kind) => kind switch
    {
        FactKind.Sent => "sent",
        FactKind.Activity => "activity",
        FactKind.Received => "received",
        _ => "acked",
    };

    public static string Label(this LateCause cause) => cause == LateCause.Watermark ? "watermark" : "after_idle";

    public static string Label(this SampleLoss loss) => loss switch
    {
        SampleLoss.None => "none",
        SampleLoss.NegativeLatency => "negative_latency",
        _ => "latency_out_of_range",
    };

    public static string Label(this LimitKind limit) => limit switch
    {
        LimitKind.Series => "series",
        LimitKind.ErrorCodes => "error_codes",
        LimitKind.OpenWindows => "open_windows",
        _ => "idle_passages",
    };
}
