using Aggregator.Core.Generation;

namespace Aggregator.Host.Traffic;

/// <summary>A place where generated records go.</summary>
public interface ITrafficSink : IAsyncDisposable
{
    /// <summary>Takes a record; it holds only until this returns.</summary>
    void Write(in GeneratedRecord record, CancellationToken cancellation);

    /// <summary>There is a pause: what was written should become visible soon.</summary>
    void Pause();

    /// <summary>All is written: returns when it is safe.</summary>
    Task CompleteAsync(CancellationToken cancellation);
}
