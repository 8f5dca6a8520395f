using System.Text.Json;
using Aggregator.Core.Windows;

namespace Aggregator.Core.Publishing;

/// <summary>
/// Appends each final window to a file, as the lines of SPEC section 7. What the file holds already, from an earlier run, is not written again: after a crash the file goes on
/// where it broke off, even in the middle of a line.
/// </summary>
public sealed class ResultFile : IResultOutput
{
    private const int TailBytes = 1024 * 1024;

    private static ReadOnlySpan<byte> LineStart => "{\"window_start\":"u8;

    private readonly FileStream _file;
    private readonly IReadOnlyList<IReadOnlyList<string>> _groups;
    private readonly MemoryStream _lines = new();
    private long _lastWindowMs;
    private int _linesOfLastWindow;

    /// <param name="path">The file; made where it does not exist.</param>
    /// <param name="groups">The dimension sets of the settings.</param>
    /// <exception cref="IOException">The file cannot be opened, or what it holds are no result lines.</exception>
    public ResultFile(string path, IReadOnlyList<IReadOnlyList<string>> groups)
    {
        _groups = groups;
        _file = new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        try
        {
            if (!_file.CanSeek)
            {
                throw new IOException($"{path}: is a pipe or a device; only a file can be continued after a crash");
            }
            (_lastWindowMs, _linesOfLastWindow) = ReadTail(path);
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    public string Name => "file";

    public ValueTask PublishAsync(FinalResults results, CancellationToken cancellation)
    {
        foreach (WindowResult window in results.Windows)
        {
            Append(window);
        }
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _file.DisposeAsync().ConfigureAwait(false);
        await _lines.DisposeAsync().ConfigureAwait(false);
    }

    private void Append(WindowResult window)
    {
        if (window.Window.StartMs < _lastWindowMs)
        {
            return;
        }
        int written = window.Window.StartMs == _lastWindowMs ? _linesOfLastWindow : 0;
        if (written >= window.Groups.Count)
        {
            return;
        }
        _lines.SetLength(0);
        foreach (GroupResult group in window.Groups.Skip(written))
        {
            ResultLine.Write(_lines, window.Window, group, _groups);
        }
        long end = _file.Length;
        try
        {
            _file.Seek(0, SeekOrigin.End);
            _lines.WriteTo(_file);
            // The offsets of these records are committed next: the lines must be on the disk before that.
            _file.Flush(flushToDisk: true);
        }
        catch (IOException)
        {
            // A full disk takes a part of a line: away with it, the whole is tried again.
            _file.SetLength(end);
            throw;
        }
        _lastWindowMs = window.Window.StartMs;
        _linesOfLastWindow = window.Groups.Count;
    }

    /// <summary>Finds the last window in the file and how many lines it has; cuts off a line that broke off.</summary>
    private (long WindowMs, int Lines) ReadTail(string path)
    {
        long length = _file.Length;
        for (long tail = TailBytes; length > 0; tail *= 4)
        {
            long start = Math.Max(0, length - tail);
            byte[] bytes = new byte[length - start];
            _file.Seek(start, SeekOrigin.Begin);
            _file.ReadExactly(bytes);
            ReadOnlySpan<byte> text = bytes;
            int end = text.LastIndexOf((byte)'\n') + 1;
            if ((end > 0 || start == 0) && TryReadLastWindow(text[..end], start == 0, path, out long window, out int lines))
            {
                CutOff(text[end..], start + end, path);
                return (window, lines);
            }
        }
        return (long.MinValue, 0);
    }

    /// <summary>Takes away a line that broke off; what no crash of ours leaves behind is somebody's.</summary>
    private void CutOff(ReadOnlySpan<byte> line, long at, string path)
    {
        // A power cut leaves zeros where bytes had not reached the disk.
        ReadOnlySpan<byte> written = line.TrimEnd((byte)0);
        int judged = Math.Min(written.Length, LineStart.Length);
        if (!written[..judged].SequenceEqual(LineStart[..judged]))
        {
            throw NoResults(path);
        }
        if (!line.IsEmpty)
        {
            _file.SetLength(at);
        }
    }

    private static bool TryReadLastWindow(ReadOnlySpan<byte> text, bool isWholeFile, string path, out long windowMs, out int lines)
    {
        windowMs = long.MinValue;
        lines = 0;
        while (!text.IsEmpty)
        {
            int start = text[..^1].LastIndexOf((byte)'\n') + 1;
            if (start == 0 && !isWholeFile)
            {
                return false;
            }
            long window = WindowOf(text[start..], path);
            if (lines > 0 && window != windowMs)
            {
                return true;
            }
            windowMs = window;
            lines++;
            text = text[..start];
        }
        return isWholeFile;
    }

    private static long WindowOf(ReadOnlySpan<byte> line, string path)
    {
        try
        {
            Utf8JsonReader json = new(line);
            while (json.Read())
            {
                if (json.TokenType == JsonTokenType.PropertyName && json.CurrentDepth == 1 && json.ValueTextEquals("window_start"u8)
                    && json.Read() && json.TokenType == JsonTokenType.Number && json.TryGetInt64(out long window))
                {
                    return window;
                }
            }
        }
        catch (JsonException)
        {
            // said below
        }
        throw NoResults(path);
    }

    private static IOException NoResults(string path) =>
        new($"{path}: its last lines are no results of windows; name another file, or move this one away");
}
