namespace Aggregator.Host.Commands;

/// <summary>
/// A file that a verb writes whole: it gets its name when it is complete, so that nobody takes a broken-off one for a result. <c>-</c> is stdout.
/// </summary>
public sealed class OutputFile : IAsyncDisposable
{
    private readonly string? _path;
    private readonly string? _unfinished;
    private readonly FileStream? _file;

    private OutputFile(string path)
    {
        if (path == "-")
        {
            Stream = new BufferedStream(Console.OpenStandardOutput(), 64 * 1024);
            return;
        }
        _path = Path.GetFullPath(path);
        // A device or a pipe cannot be replaced, and holds nothing that a reader could mistake.
        bool isReplaceable = !File.Exists(_path) || (File.GetAttributes(_path) & (FileAttributes.Device | FileAttributes.ReparsePoint)) == 0;
        _unfinished = isReplaceable ? _path + ".unfinished" : null;
        _file = new(_unfinished ?? _path, FileMode.Create, FileAccess.Write, FileShare.Read, 64 * 1024);
        Stream = _file;
    }

    /// <summary>Takes what is written.</summary>
    public Stream Stream { get; }

    /// <exception cref="IOException">The file cannot be created.</exception>
    public static OutputFile Create(string path) => new(path);

    /// <summary>All is written: gives the file its name.</summary>
    public void Complete()
    {
        Stream.Flush();
        _file?.Dispose();
        if (_unfinished is not null)
        {
            File.Move(_unfinished, _path!, overwrite: true);
        }
    }

    /// <summary>Closes the file; without <see cref="Complete"/> it keeps the name of an unfinished one.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_file is not null)
        {
            await _file.DisposeAsync();
        }
        else
        {
            await Stream.FlushAsync();
        }
    }
}
