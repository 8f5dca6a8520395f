using System.Globalization;
using System.Text.Json.Nodes;
using Aggregator.Core.Publishing;
using Aggregator.Core.Windows;

namespace Aggregator.Core.Backfill;

/// <summary>
/// Writes windows as files for <c>promtool tsdb create-blocks-from openmetrics</c>: the gauges of the page, each at the end of its window. <c>backfill.om</c>, then
/// <c>backfill-0002.om</c> and so on: promtool reads a file once for each block of two hours in it, so files are kept small, and end at blocks where they can.
/// Files bear their names when all of them are complete.
/// </summary>
public sealed class OpenMetricsBackfill : IReplayOutput
{
    /// <summary>Bytes of a file, about: 100 days of the total group alone.</summary>
    public const long DefaultFileBytes = 32 * 1024 * 1024;

    /// <summary>What is added to the names of files while the replay goes on.</summary>
    public const string Unfinished = ".unfinished";

    /// <summary>Prometheus writes the last hours itself, and loses samples that a block from elsewhere has there.</summary>
    public static readonly TimeSpan Newest = TimeSpan.FromHours(3);

    private static readonly long BlockMs = (long)TimeSpan.FromHours(2).TotalMilliseconds;

    private readonly BackfillOptions _options;
    private readonly WindowGauges _gauges;
    private readonly BackfillBuffer _buffer;
    private readonly BackfillTarget? _target;
    private readonly IBackfillVerifier? _verifier;
    private readonly List<string> _files = [];
    private long _finalThroughMs = long.MinValue;
    private long? _firstMs;
    private long _lastMs;
    private long _generation;
    private long? _firstRefusedMs;
    private long _refused;

    /// <param name="options">Where to, and how.</param>
    /// <param name="dimensionSets">The dimension sets of the settings.</param>
    /// <param name="target">The Prometheus for which the files are, to be asked what it has already; null where nobody asks. Is disposed with this.</param>
    /// <param name="verifier">Tries the files before they get their names; null where nobody does.</param>
    /// <param name="saved">What <see cref="SaveAsync"/> gave; null to begin anew.</param>
    /// <exception cref="IOException">What was saved cannot be read, or a second file is there already.</exception>
    public OpenMetricsBackfill(BackfillOptions options, IReadOnlyList<IReadOnlyList<string>> dimensionSets, BackfillTarget? target, IBackfillVerifier? verifier, JsonNode? saved)
    {
        _options = options;
        _gauges = new(dimensionSets);
        _buffer = new(_gauges, options.Labels);
        _target = target;
        _verifier = verifier;
        if (saved is not null)
        {
            GoOn(saved);
        }
        else if (File.Exists(FileName(2)))
        {
            throw new IOException($"{FileName(2)}: is there from an earlier replay, and would be taken for a part of this one; move it away");
        }
    }

    public string Name => _options.Path;

    /// <summary>The files so far, in the order of time.</summary>
    public IReadOnlyList<string> Files => _files;

    /// <summary>Samples in these files.</summary>
    public long Samples { get; private set; }

    public async ValueTask PublishAsync(FinalResults results, CancellationToken cancellation)
    {
        foreach (ActivityResult activity in results.Activities)
        {
            if (!IsRefused(activity.Window))
            {
                Add(_gauges.Of(activity), activity.Window);
            }
        }
        foreach (WindowResult window in results.Windows)
        {
            if (IsRefused(window.Window))
            {
                _refused++;
                _firstRefusedMs ??= window.Window.StartMs;
                continue;
            }
            Add(_gauges.Of(window), window.Window);
            _finalThroughMs = window.Window.EndMs;
            if (_buffer.Bytes >= _options.FileBytes)
            {
                // A block has the times before its end; what lies in one block alone is cut where both results are there.
                long blockEnd = _finalThroughMs / BlockMs * BlockMs;
                await WriteFileAsync(blockEnd > _buffer.EarliestMs ? blockEnd : _finalThroughMs + 1, cancellation).ConfigureAwait(false);
            }
        }
    }

    public ValueTask<JsonNode?> SaveAsync(CancellationToken cancellation)
    {
        _generation++;
        using (FileStream file = new(UnfinishedName(_generation), FileMode.Create, FileAccess.Write, FileShare.None))
        {
            _buffer.Write(file, long.MaxValue);
            file.Flush(flushToDisk: true);
        }
        // The one before stays: until the caller has noted this one, it goes on from there.
        File.Delete(UnfinishedName(_generation - 2));
        return ValueTask.FromResult<JsonNode?>(new JsonObject
        {
            ["generation"] = _generation,
            ["files"] = _files.Count,
            ["samples"] = Samples,
            ["first"] = _firstMs,
            ["last"] = _lastMs,
            ["final"] = _finalThroughMs,
            ["refused"] = _refused,
            ["first_refused"] = _firstRefusedMs,
        });
    }

    /// <exception cref="OutputRefusedException">Windows were refused: all others are written, and the message says which are not, and why.</exception>
    public async ValueTask<string?> CompleteAsync(CancellationToken cancellation)
    {
        if (!_buffer.IsEmpty || _files.Count == 0)
        {
            await WriteFileAsync(long.MaxValue, cancellation).ConfigureAwait(false);
        }
        string verified = _verifier is null ? "" : "; " + await _verifier.VerifyAsync([.. _files.Select(path => path + Unfinished)], Samples, cancellation).ConfigureAwait(false);
        foreach (string path in _files)
        {
            File.Move(path + Unfinished, path, overwrite: true);
        }
        File.Delete(UnfinishedName(_generation));
        File.Delete(UnfinishedName(_generation - 1));
        string range = _firstMs is { } first ? $", windows that end from {TimeText.Of(first)} to {TimeText.Of(_lastMs)}" : ", no window";
        string files = _files.Count == 1 ? _files[0] : $"{_files[0]} to {Path.GetFileName(_files[^1])}";
        string said = string.Create(CultureInfo.InvariantCulture, $"{files}: {Samples} samples{range}{verified}");
        return _refused == 0 ? said : throw new OutputRefusedException(string.Create(CultureInfo.InvariantCulture,
            $"{said}; {_refused} windows from {TimeText.Of(_firstRefusedMs!.Value)} on are refused: Prometheus still writes the last {Newest.TotalHours:0} hours itself, and a block there would be lost in part; end the range with --to {TimeText.Of(_options.NotAfterMs)}, or send them with --remote-write"));
    }

    public ValueTask DisposeAsync()
    {
        _target?.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>The last window end that a file may have, in ms; a whole second, as windows end.</summary>
    public static long NotAfterMs(DateTimeOffset now) => (now - Newest).ToUnixTimeSeconds() * 1000;

    private bool IsRefused(WindowSpan window) => window.EndMs > _options.NotAfterMs;

    private void Add(IEnumerable<GaugeSample> samples, WindowSpan window)
    {
        _firstMs ??= window.EndMs;
        _lastMs = Math.Max(_lastMs, window.EndMs);
        foreach (GaugeSample sample in samples)
        {
            _buffer.Add(sample, window.EndMs);
        }
    }

    private async Task WriteFileAsync(long beforeMs, CancellationToken cancellation)
    {
        if (_target is not null && await _target.FindOtherAsync(_buffer.Before(beforeMs), cancellation).ConfigureAwait(false) is { } other)
        {
            throw new OutputRefusedException($"{Name}: {other}");
        }
        string path = FileName(_files.Count + 1);
        using (FileStream file = new(path + Unfinished, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            Samples += _buffer.Write(file, beforeMs).Samples;
            file.Flush(flushToDisk: true);
        }
        _files.Add(path);
        _buffer.RemoveBefore(beforeMs);
    }

    private void GoOn(JsonNode saved)
    {
        _generation = (long)saved["generation"]!;
        Samples = (long)saved["samples"]!;
        _firstMs = (long?)saved["first"];
        _lastMs = (long)saved["last"]!;
        _finalThroughMs = (long)saved["final"]!;
        _refused = (long)saved["refused"]!;
        _firstRefusedMs = (long?)saved["first_refused"];
        _files.AddRange(Enumerable.Range(1, (int)saved["files"]!).Select(FileName));
        using FileStream file = new(UnfinishedName(_generation), FileMode.Open, FileAccess.Read);
        _buffer.Read(file);
    }

    private string FileName(int number)
    {
        string extension = Path.GetExtension(_options.Path);
        return number == 1 ? _options.Path : string.Create(CultureInfo.InvariantCulture, $"{_options.Path[..^extension.Length]}-{number:0000}{extension}");
    }

    private string UnfinishedName(long generation) => string.Create(CultureInfo.InvariantCulture, $"{_options.Path}.saved-{generation}{Unfinished}");
}
