using System.Text.Json.Nodes;
using Aggregator.Core.Windows;

namespace Aggregator.Core.Publishing;

/// <summary>
/// Writes the lines of SPEC section 7 into a stream. A file has another name until it is complete, so that nobody takes a broken-off one for a result.
/// </summary>
public sealed class ResultLinesOutput : IReplayOutput
{
    /// <summary>What is added to the name of a file that is not complete.</summary>
    public const string Unfinished = ".unfinished";

    private const int BufferBytes = 64 * 1024;

    private readonly IReadOnlyList<IReadOnlyList<string>> _groups;
    private readonly Stream _stream;
    private readonly FileStream? _file;
    private readonly string? _path;
    private readonly bool _isReplaced;

    /// <summary>Writes into a stream that is not the output's to close, stdout for one; it cannot be gone on with.</summary>
    public ResultLinesOutput(string name, Stream stream, IReadOnlyList<IReadOnlyList<string>> groups)
    {
        Name = name;
        _stream = stream;
        _groups = groups;
    }

    /// <param name="path">The file; replaced, when all is written, where it exists.</param>
    /// <param name="groups">The dimension sets of the settings.</param>
    /// <param name="saved">What <see cref="SaveAsync"/> gave; null to begin anew.</param>
    /// <exception cref="IOException">The file cannot be opened, or is not the one that was saved.</exception>
    public ResultLinesOutput(string path, IReadOnlyList<IReadOnlyList<string>> groups, JsonNode? saved)
    {
        Name = path;
        _groups = groups;
        _path = Path.GetFullPath(path);
        // A device or a pipe cannot be replaced, and holds nothing that a reader could mistake.
        _isReplaced = !File.Exists(_path) || (File.GetAttributes(_path) & (FileAttributes.Device | FileAttributes.ReparsePoint)) == 0;
        string open = _isReplaced ? _path + Unfinished : _path;
        _file = new(open, saved is null ? FileMode.Create : FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read, BufferBytes);
        _stream = _file;
        if (saved is not null)
        {
            GoOn(_file, open, saved.GetValue<long>());
        }
    }

    public string Name { get; }

    public ValueTask PublishAsync(FinalResults results, CancellationToken cancellation)
    {
        foreach (WindowResult window in results.Windows)
        {
            foreach (GroupResult group in window.Groups)
            {
                ResultLine.Write(_stream, window.Window, group, _groups);
            }
        }
        return ValueTask.CompletedTask;
    }

    public ValueTask<JsonNode?> SaveAsync(CancellationToken cancellation)
    {
        if (_file is null || !_file.CanSeek)
        {
            _stream.Flush();
            return ValueTask.FromResult<JsonNode?>(null);
        }
        _file.Flush(flushToDisk: true);
        return ValueTask.FromResult<JsonNode?>(JsonValue.Create(_file.Position));
    }

    public async ValueTask<string?> CompleteAsync(CancellationToken cancellation)
    {
        await _stream.FlushAsync(cancellation).ConfigureAwait(false);
        if (_file is not null)
        {
            await _file.DisposeAsync().ConfigureAwait(false);
            if (_isReplaced)
            {
                File.Move(_path + Unfinished, _path!, overwrite: true);
            }
        }
        return null;
    }

    public async ValueTask DisposeAsync()
    {
        if (_file is not null)
        {
            await _file.DisposeAsync().ConfigureAwait(false);
        }
        else
        {
            await _stream.FlushAsync().ConfigureAwait(false);
        }
    }

    private static void GoOn(FileStream file, string path, long length)
    {
        if (file.Length < length)
        {
            file.Dispose();
            throw new IOException($"{path}: is shorter than when the replay broke off; begin it anew, without --resume");
        }
        file.SetLength(length);
        file.Seek(0, SeekOrigin.End);
    }
}
