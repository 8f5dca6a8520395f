namespace Aggregator.Core.Comparison;

/// <summary>A cause, and what points at it.</summary>
/// <param name="Cause">The cause.</param>
/// <param name="Evidence">What points at it, for people; it begins in lower case and has no full stop.</param>
public sealed record LikelyCause(DifferenceCause Cause, string Evidence)
{
    /// <summary>What the cause is called, <c>late_after_idle</c>.</summary>
    public string Label => Cause switch
    {
        DifferenceCause.NothingRecorded => "nothing_recorded",
        DifferenceCause.MissingScrape => "missing_scrape",
        DifferenceCause.PassedOver => "passed_over",
        DifferenceCause.Silence => "silence",
        DifferenceCause.NotWritten => "not_written",
        DifferenceCause.LateAfterIdle => "late_after_idle",
        DifferenceCause.LostRecords => "lost_records",
        DifferenceCause.Limited => "limited",
        DifferenceCause.SettingsChanged => "settings_changed",
        DifferenceCause.RecordsGone => "records_gone",
        DifferenceCause.Restart => "restart",
        _ => "unknown",
    };
}
