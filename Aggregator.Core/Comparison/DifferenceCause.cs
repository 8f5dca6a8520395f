namespace Aggregator.Core.Comparison;

/// <summary>Why stored results may be others than computed ones.</summary>
public enum DifferenceCause
{
    /// <summary>Nothing points anywhere.</summary>
    Unknown,

    /// <summary>Nothing at all is recorded from about that time.</summary>
    NothingRecorded,

    /// <summary>Scrapes are missing while the window stood on the page.</summary>
    MissingScrape,

    /// <summary>Several windows became final at once, and a scrape sees the last one only.</summary>
    PassedOver,

    /// <summary>It is a window without records; such become final together with the next one that has some.</summary>
    Silence,

    /// <summary>Samples are written, and the window's were not, or were refused.</summary>
    NotWritten,

    /// <summary>The service had published the window when a partition that was idle brought more of it.</summary>
    LateAfterIdle,

    /// <summary>Retention took records before the service read them.</summary>
    LostRecords,

    /// <summary>A limit left facts out.</summary>
    Limited,

    /// <summary>The service had other settings than the replay.</summary>
    SettingsChanged,

    /// <summary>The replay had fewer records than the service.</summary>
    RecordsGone,

    /// <summary>The service was started about that time.</summary>
    Restart,
}
