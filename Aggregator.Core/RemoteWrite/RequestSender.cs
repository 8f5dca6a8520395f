using Aggregator.Core.Diagnostics;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;

namespace Aggregator.Core.RemoteWrite;

/// <summary>
/// Sends the requests of the buffer, one after the other, so that each series stays in the order of time. Tries again, with growing waits, what may still succeed, and never
/// what was refused.
/// </summary>
internal sealed class RequestSender
{
    // A receiver may ask for a longer wait than our own longest, but not for a day.
    private static readonly TimeSpan LongestAsked = TimeSpan.FromMinutes(5);

    private readonly RequestBuffer _buffer;
    private readonly Func<WriteBody, CancellationToken, Task<SendOutcome>> _send;
    private readonly RemoteWriteStatus _status;
    private readonly ILogger _logger;
    private readonly string _address;
    private readonly ResiliencePipeline<SendOutcome> _retry;
    private bool _isFailing;
    private bool _isRejectionLogged;
    private bool _takesNoHistograms;

    public RequestSender(RemoteWriteSettings settings, RequestBuffer buffer, Func<WriteBody, CancellationToken, Task<SendOutcome>> send,
        RemoteWriteStatus status, ILogger logger, TimeProvider time)
    {
        _buffer = buffer;
        _send = send;
        _status = status;
        _logger = logger;
        _address = settings.Url!.GetLeftPart(UriPartial.Path);
        _retry = new ResiliencePipelineBuilder<SendOutcome> { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions<SendOutcome>
            {
                ShouldHandle = attempt => ValueTask.FromResult(attempt.Outcome.Result is { Kind: SendResult.TryAgain }),
                MaxRetryAttempts = int.MaxValue,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = settings.MinBackoff,
                MaxDelay = settings.MaxBackoff,
                DelayGenerator = attempt => ValueTask.FromResult(Asked(attempt.Outcome.Result)),
                OnRetry = Failed,
            })
            .Build();
    }

    /// <summary>Sends until it is stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            while (true)
            {
                RequestBuffer.Waiting request = await _buffer.FirstAsync(stop).ConfigureAwait(false);
                SendOutcome outcome = request.Body.IsHistograms && _takesNoHistograms
                    ? new(SendResult.NoHistograms)
                    : await SendAsync(request, stop).ConfigureAwait(false);
                _buffer.Settle(request, () => Count(outcome, request.Body));
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // told to stop; what waits is sent after the next start
        }
    }

    private static TimeSpan? Asked(SendOutcome? outcome) => outcome?.RetryAfter is not { } asked ? null : asked < LongestAsked ? asked : LongestAsked;

    private async Task<SendOutcome> SendAsync(RequestBuffer.Waiting request, CancellationToken stop)
    {
        using CancellationTokenSource givenUp = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Task<SendOutcome> sending = _retry.ExecuteAsync(async token => await _send(request.Body, token).ConfigureAwait(false), givenUp.Token).AsTask();
        if (await Task.WhenAny(sending, request.Settled.Task).ConfigureAwait(false) == sending)
        {
            return await sending.ConfigureAwait(false);
        }
        // It was given up while it was tried again: it makes way for the next one.
        await givenUp.CancelAsync().ConfigureAwait(false);
        try
        {
            return await sending.ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return new(SendResult.TryAgain);
        }
    }

    private ValueTask Failed(OnRetryArguments<SendOutcome> attempt)
    {
        _status.Retries.Add();
        if (!_isFailing)
        {
            _isFailing = true;
            _logger.LogWarning("Remote write to {Address} fails, trying again in {Wait:0.0} s and from then on: {Problem}",
                _address, attempt.RetryDelay.TotalSeconds, attempt.Outcome.Result!.Words);
        }
        return ValueTask.CompletedTask;
    }

    private void Count(SendOutcome outcome, WriteBody body)
    {
        switch (outcome.Kind)
        {
            case SendResult.Accepted:
                _status.SamplesSent.Add(body.Samples);
                _status.SentThroughMs.Value = Math.Max(_status.SentThroughMs.Value, body.LatestMs);
                if (_isFailing || _isRejectionLogged)
                {
                    _logger.LogInformation("Remote write to {Address} succeeds again", _address);
                }
                (_isFailing, _isRejectionLogged) = (false, false);
                break;
            case SendResult.Rejected:
                _status.SamplesRejected.Add(body.Samples);
                if (!_isRejectionLogged)
                {
                    _isRejectionLogged = true;
                    _logger.LogError("Remote write to {Address} was refused; {Samples} samples are lost to it, and so is what it refuses after this: {Problem}",
                        _address, body.Samples, outcome.Words);
                }
                break;
            case SendResult.NoHistograms:
                _status.HistogramsUnsupported.Add(body.Samples);
                if (!_takesNoHistograms)
                {
                    _takesNoHistograms = true;
                    _logger.LogWarning("Remote write to {Address}: the receiver takes no native histograms, from now on none are sent: {Problem}; "
                        + "start Prometheus 2 with --enable-feature=native-histograms, or set RemoteWrite:NativeHistograms to false", _address, outcome.Words);
                }
                break;
            default:
                break;
        }
    }
}
