using Aggregator.Core.Generation;

namespace Aggregator.Host.Traffic;

/// <summary>A place where generated records go.</summary>
public interface ITrafficSink : IAsyncDisposable
{
    /// <summary>Why what was written is not there yet, in words; null where nothing hinders it.</summary>
    string? Waiting => null;

    /// <summary>Takes a record; it holds only until this returns.</summary>
    void Write(in GeneratedRecord record, CancellationToken cancellation);

    /// <summary>There is a pause: what was written should become visible soon.</summary>
    void Pause();

    /// <summary>All is written: returns when it is safe.</summary>
    Task CompleteAsync(CancellationToken cancellation);
}
