namespace Aggregator.Core.Replay;

/// <summary>A file of envelopes, or what stands for one.</summary>
public interface IReplayInput
{
    /// <summary>What it is called in messages.</summary>
    string Name { get; }

    /// <summary>False for a pipe: then nothing is final before the end, and all windows stay in memory until then.</summary>
    bool CanBeReadTwice { get; }

    /// <summary>Opens it at its beginning.</summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    Stream Open();
}
