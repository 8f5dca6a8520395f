using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Aggregator.Core.RemoteWrite;

/// <summary>Makes one attempt to hand over a request, and says what came of it. Never throws but for a stop.</summary>
internal sealed class RemoteWriteClient : IDisposable
{
    private const int AnswerBytes = 4 * 1024;

    private readonly RemoteWriteSettings _settings;
    private readonly HttpClient _http;
    private readonly TimeProvider _time;

    /// <exception cref="IOException">A file of the settings cannot be read, or has no certificate or key that can be used.</exception>
    public RemoteWriteClient(RemoteWriteSettings settings, string userAgent, TimeProvider time)
    {
        _settings = settings;
        _time = time;
        _http = HttpAccess.Create(settings, userAgent);
        // Nobody needs more of an answer to a write.
        _http.MaxResponseContentBufferSize = AnswerBytes;
        _http.DefaultRequestHeaders.TryAddWithoutValidation("X-Prometheus-Remote-Write-Version", "0.1.0");
    }

    public async Task<SendOutcome> SendAsync(WriteBody body, CancellationToken stop)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, _settings.Url) { Content = new ByteArrayContent(body.Content) };
        request.Content.Headers.ContentType = new("application/x-protobuf");
        request.Content.Headers.ContentEncoding.Add("snappy");
        try
        {
            using HttpResponseMessage response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop).ConfigureAwait(false);
            return response.IsSuccessStatusCode ? new(SendResult.Accepted) : await JudgeAsync(response, body, stop).ConfigureAwait(false);
        }
        catch (HttpRequestException failure)
        {
            return new(SendResult.TryAgain, HttpAccess.OneLine(failure.InnerException?.Message ?? failure.Message));
        }
        catch (IOException failure)
        {
            return new(SendResult.TryAgain, HttpAccess.OneLine(failure.Message));
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return new(SendResult.TryAgain, $"no answer within {_settings.Timeout.TotalSeconds:0.###} s");
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<SendOutcome> JudgeAsync(HttpResponseMessage response, WriteBody body, CancellationToken stop)
    {
        int status = (int)response.StatusCode;
        string said = HttpAccess.OneLine(await BeginningAsync(response, stop).ConfigureAwait(false));
        string words = said.Length == 0 ? $"{status} {response.ReasonPhrase}" : $"{status}: {said}";
        if (body.IsHistograms && said.Contains("native histograms are disabled", StringComparison.OrdinalIgnoreCase))
        {
            // Prometheus 2 without --enable-feature=native-histograms answers 500, for ever.
            return new(SendResult.NoHistograms, words);
        }
        return status >= 500 || response.StatusCode == HttpStatusCode.TooManyRequests
            ? new(SendResult.TryAgain, words, RetryAfter(response))
            : new(SendResult.Rejected, words);
    }

    private TimeSpan? RetryAfter(HttpResponseMessage response)
    {
        RetryConditionHeaderValue? after = response.Headers.RetryAfter;
        TimeSpan? wait = after?.Delta ?? (after?.Date is { } date ? date - _time.GetUtcNow() : null);
        return wait is { } time && time > TimeSpan.Zero ? time : null;
    }

    private static async Task<string> BeginningAsync(HttpResponseMessage response, CancellationToken stop)
    {
        byte[] buffer = new byte[AnswerBytes];
        using Stream content = await response.Content.ReadAsStreamAsync(stop).ConfigureAwait(false);
        int read = await content.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, stop).ConfigureAwait(false);
        return Encoding.UTF8.GetString(buffer, 0, read);
    }
}
