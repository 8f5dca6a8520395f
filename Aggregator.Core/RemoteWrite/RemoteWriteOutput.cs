using System.Globalization;
using System.Text.Json.Nodes;
using Aggregator.Core.Diagnostics;
using Aggregator.Core.Publishing;
using Aggregator.Core.Windows;
using Microsoft.Extensions.Logging;

namespace Aggregator.Core.RemoteWrite;

/// <summary>
/// Writes results to a receiver of remote write 1.0. Publishing never waits for the receiver: requests go into a buffer of their own. In the service the oldest are given up when it is
/// full, and counted; a replay waits for room.
/// </summary>
public sealed class RemoteWriteOutput : IReplayOutput
{
    /// <summary>Requests that wait at most. Not more than steps of the pipeline wait for their commit, so that a receiver that is down never holds the other outputs back.</summary>
    public const int MaxRequests = 4_096;

    private readonly ResultEncoder _encoder;
    private readonly RequestBuffer _buffer;
    private readonly RemoteWriteClient _client;
    private readonly RemoteWriteStatus _status;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly bool _losesNothing;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _worker;
    private bool _isOverflowing;

    /// <param name="settings">Where to, and how; with a <see cref="RemoteWriteSettings.Url"/>.</param>
    /// <param name="dimensionSets">The dimension sets of the settings.</param>
    /// <param name="build">The program, for <c>User-Agent</c>.</param>
    /// <param name="losesNothing">Whether to wait when the buffer is full (a replay) or to give up the oldest (the service).</param>
    /// <param name="status">Takes the counts.</param>
    /// <param name="logger">Takes failures.</param>
    /// <param name="time">The clock of retries.</param>
    /// <param name="saved">What <see cref="SaveAsync"/> gave; null to begin anew.</param>
    /// <exception cref="IOException">A file of the settings cannot be read, or has no certificate or key that can be used.</exception>
    public RemoteWriteOutput(RemoteWriteSettings settings, IReadOnlyList<IReadOnlyList<string>> dimensionSets, BuildInfo build, bool losesNothing,
        RemoteWriteStatus status, ILogger<RemoteWriteOutput> logger, TimeProvider time, JsonNode? saved = null)
    {
        _status = status;
        _time = time;
        _logger = logger;
        _losesNothing = losesNothing;
        _encoder = new(settings, dimensionSets);
        if (saved is JsonArray state)
        {
            _encoder.State.Read(state);
        }
        _buffer = new(settings.MaxBufferMiB * 1024L * 1024, MaxRequests, status);
        _client = new(settings, $"aggregator/{build.Version}", time);
        RequestSender sender = new(settings, _buffer, _client.SendAsync, status, logger, time);
        _worker = Task.Run(() => sender.RunAsync(_stop.Token));
        Name = losesNothing ? settings.Url!.GetLeftPart(UriPartial.Path) : "remote_write";
    }

    public string Name { get; }

    public async ValueTask PublishAsync(FinalResults results, CancellationToken cancellation)
    {
        foreach (WriteBody body in _encoder.Add(results))
        {
            await PushAsync(body, cancellation).ConfigureAwait(false);
        }
        if (!_losesNothing)
        {
            // Live, a window is not kept waiting for more to fill its request.
            await PushAsync(_encoder.Flush(), cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Of a replay, whose requests fill up before they go out, ask <see cref="SaveAsync"/> instead.</summary>
    public Task WhenSafe() => _buffer.WhenSettled();

    public async ValueTask<JsonNode?> SaveAsync(CancellationToken cancellation)
    {
        await PushAsync(_encoder.Flush(), cancellation).ConfigureAwait(false);
        await WhenSafe().WaitAsync(cancellation).ConfigureAwait(false);
        return _encoder.State.ToJson();
    }

    /// <exception cref="OutputRefusedException">The receiver refused samples; the message says how many.</exception>
    public async ValueTask<string?> CompleteAsync(CancellationToken cancellation)
    {
        await PushAsync(_encoder.End(), cancellation).ConfigureAwait(false);
        await WhenSafe().WaitAsync(cancellation).ConfigureAwait(false);
        long unsupported = _status.HistogramsUnsupported.Value;
        string said = string.Create(CultureInfo.InvariantCulture, $"{Name}: {_status.SamplesSent.Value} samples sent")
            + (unsupported == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", without {unsupported} native histograms, which it does not take"));
        return _status.SamplesRejected.Value == 0 ? said : throw new OutputRefusedException(string.Create(CultureInfo.InvariantCulture,
            $"{said}, {_status.SamplesRejected.Value} refused; the line above says why. A Prometheus takes samples of the past only with storage.tsdb.out_of_order_time_window in its configuration, and none that is there with another value"));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _worker.ConfigureAwait(false);
        _client.Dispose();
        _stop.Dispose();
    }

    private async Task PushAsync(IEnumerable<WriteBody> bodies, CancellationToken cancellation)
    {
        foreach (WriteBody body in bodies)
        {
            await PushAsync(body, cancellation).ConfigureAwait(false);
        }
    }

    private async Task PushAsync(WriteBody body, CancellationToken cancellation)
    {
        long now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        if (_losesNothing)
        {
            await _buffer.PushWhenRoomAsync(body, now, cancellation).ConfigureAwait(false);
        }
        else
        {
            int givenUp = _buffer.Push(body, now);
            _status.SamplesOverflowed.Add(givenUp);
            if (givenUp > 0 && !_isOverflowing)
            {
                _logger.LogError("The buffer of remote write is full: the oldest samples are given up until the receiver takes some again; "
                    + "'replay --remote-write' sends them later");
            }
            _isOverflowing = givenUp > 0;
        }
    }
}
