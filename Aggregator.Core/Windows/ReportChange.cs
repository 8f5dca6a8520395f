namespace Aggregator.Core.Windows;

/// <summary>Which facts of a latency record were new to its cohort; the others are duplicates.</summary>
[Flags]
public enum ReportChange
{
    None = 0,
    NewSent = 1,
    NewReceived = 2,
}
