namespace Aggregator.Core.RemoteWrite;

/// <summary>The ways in which an attempt ends.</summary>
internal enum SendResult
{
    /// <summary>The receiver took the request.</summary>
    Accepted,

    /// <summary>It did not, and may later: 5xx, 429, no connection, no answer.</summary>
    TryAgain,

    /// <summary>It never will: any other status.</summary>
    Rejected,

    /// <summary>It takes no native histograms.</summary>
    NoHistograms,
}
