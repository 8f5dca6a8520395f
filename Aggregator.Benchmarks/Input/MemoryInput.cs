using Aggregator.Core.Replay;

namespace Aggregator.Benchmarks.Input;

/// <summary>A file of envelopes that lies in memory.</summary>
public sealed class MemoryInput(byte[] lines) : IReplayInput
{
    public string Name => "memory";

    public bool CanBeReadTwice => true;

    public Stream Open() => new MemoryStream(lines, writable: false);
}
