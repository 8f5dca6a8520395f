namespace Aggregator.Core.Replay;

/// <summary>A file on disk, or a named pipe.</summary>
public sealed class ReplayFile(string path) : IReplayInput
{
    public string Name => path;

    public bool CanBeReadTwice => Length > 0;

    /// <summary>Its size in bytes; 0 for a pipe.</summary>
    public long Length { get; } = new FileInfo(path) is { Exists: true } file ? file.Length : 0;

    public Stream Open() => new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0, FileOptions.SequentialScan);
}
