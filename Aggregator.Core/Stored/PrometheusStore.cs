using System.Globalization;
using System.Net;
using System.Text.Json;
using Aggregator.Core.RemoteWrite;

namespace Aggregator.Core.Stored;

/// <summary>Asks a Prometheus, or what answers as one, over its HTTP API.</summary>
public sealed class PrometheusStore : IMetricsStore
{
    /// <summary>Prometheus answers no question for more points of one series.</summary>
    public const int MaxPoints = 11_000;

    // An answer to a question with bounded samples is a few MB; this is against what is no Prometheus at all.
    private const int MaxAnswerBytes = 256 * 1024 * 1024;

    private readonly HttpClient _http;
    private readonly string _address;

    /// <param name="address">The server, <c>http://prometheus:9090</c> for one; a path in front of <c>api/v1</c> is kept.</param>
    /// <param name="access">Authentication, headers, TLS and time-out; its address is not used.</param>
    /// <param name="userAgent">The program.</param>
    /// <exception cref="IOException">A file of the settings cannot be used.</exception>
    public PrometheusStore(Uri address, RemoteWriteSettings access, string userAgent)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(access);
        _address = address.AbsoluteUri.TrimEnd('/');
        _http = HttpAccess.Create(access, userAgent);
        _http.BaseAddress = new Uri(_address + "/");
        _http.MaxResponseContentBufferSize = MaxAnswerBytes;
    }

    /// <summary>Asks for nothing in particular, to see whether it can be asked.</summary>
    /// <exception cref="IOException">It cannot.</exception>
    public async Task TryAsync(CancellationToken cancellation)
    {
        using JsonDocument _ = await AskAsync("api/v1/query?query=vector(1)", cancellation).ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<StoredSeries>> SamplesAsync(string selector, long fromMs, long toMs, CancellationToken cancellation)
    {
        // Of version 3 on a range does not have its left end, before it has: so what is before is left out here.
        string query = string.Create(CultureInfo.InvariantCulture, $"{selector}[{toMs - fromMs + 1}ms]");
        using JsonDocument answer = await AskAsync($"api/v1/query?query={Uri.EscapeDataString(query)}&time={Seconds(toMs)}", cancellation).ConfigureAwait(false);
        return [.. ResultOf(answer).EnumerateArray().Select(series => Read(series, fromMs))];
    }

    public async Task<IReadOnlyList<StoredSample>> StepsAsync(string query, long fromMs, long toMs, long stepMs, CancellationToken cancellation)
    {
        List<StoredSample> samples = [];
        for (long start = fromMs; start <= toMs; start += MaxPoints * stepMs)
        {
            long end = Math.Min(toMs, start + ((MaxPoints - 1) * stepMs));
            string path = $"api/v1/query_range?query={Uri.EscapeDataString(query)}&start={Seconds(start)}&end={Seconds(end)}&step={Seconds(stepMs)}";
            using JsonDocument answer = await AskAsync(path, cancellation).ConfigureAwait(false);
            samples.AddRange(ResultOf(answer).EnumerateArray().Take(1).SelectMany(series => Read(series, long.MinValue).Samples));
        }
        return samples;
    }

    public void Dispose() => _http.Dispose();

    private async Task<JsonDocument> AskAsync(string path, CancellationToken cancellation)
    {
        try
        {
            using HttpResponseMessage response = await _http.GetAsync(new Uri(path, UriKind.Relative), cancellation).ConfigureAwait(false);
            byte[] body = await response.Content.ReadAsByteArrayAsync(cancellation).ConfigureAwait(false);
            if (response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
            {
                throw new IOException(string.Create(CultureInfo.InvariantCulture,
                    $"{_address}: {(int)response.StatusCode} {response.ReasonPhrase}: it wants to know who asks; set RemoteWrite:Username and RemoteWrite:Password, RemoteWrite:BearerToken, or RemoteWrite:TlsCertificateLocation"));
            }
            return Judge(body, response);
        }
        catch (HttpRequestException failure)
        {
            throw new IOException($"{_address}: cannot be asked: {HttpAccess.OneLine(failure.InnerException?.Message ?? failure.Message)}", failure);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new IOException(string.Create(CultureInfo.InvariantCulture, $"{_address}: no answer within {_http.Timeout.TotalSeconds:0.###} s (RemoteWrite:Timeout)"));
        }
    }

    private JsonDocument Judge(byte[] body, HttpResponseMessage response)
    {
        JsonDocument? answer = Parse(body);
        string? status = answer is { RootElement.ValueKind: JsonValueKind.Object } && answer.RootElement.TryGetProperty("status", out JsonElement text) ? text.ToString() : null;
        if (status == "success" && response.IsSuccessStatusCode && answer!.RootElement.TryGetProperty("data", out JsonElement data)
            && data.ValueKind == JsonValueKind.Object && data.TryGetProperty("result", out _))
        {
            return answer;
        }
        string? error = status == "error" && answer!.RootElement.TryGetProperty("error", out JsonElement words) ? HttpAccess.OneLine(words.ToString()) : null;
        answer?.Dispose();
        throw new IOException(error is not null
            ? string.Create(CultureInfo.InvariantCulture, $"{_address}: {(int)response.StatusCode}: {error}")
            : string.Create(CultureInfo.InvariantCulture,
                $"{_address}: is no Prometheus: api/v1/query answers {(int)response.StatusCode} {response.ReasonPhrase}, and not as its HTTP API does; the address is what is in front of /api/v1, for example http://prometheus:9090"));
    }

    private static JsonDocument? Parse(byte[] body)
    {
        try
        {
            return JsonDocument.Parse(body);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static JsonElement ResultOf(JsonDocument answer) => answer.RootElement.GetProperty("data").GetProperty("result");

    private static StoredSeries Read(JsonElement series, long fromMs)
    {
        Dictionary<string, string> labels = series.GetProperty("metric").EnumerateObject().ToDictionary(label => label.Name, label => label.Value.GetString()!);
        labels.Remove("__name__", out string? name);
        // Native histograms have no values.
        IEnumerable<JsonElement> samples = series.TryGetProperty("values", out JsonElement values) ? values.EnumerateArray() : [];
        return new(name ?? "", labels,
            [.. samples.Select(sample => new StoredSample((long)Math.Round(sample[0].GetDouble() * 1000), Number(sample[1].GetString()!))).Where(sample => sample.TimeMs >= fromMs)]);
    }

    private static double Number(string text) => text switch
    {
        "+Inf" => double.PositiveInfinity,
        "-Inf" => double.NegativeInfinity,
        _ => double.Parse(text, CultureInfo.InvariantCulture),
    };

    private static string Seconds(long timeMs) => (timeMs / 1000m).ToString("0.###", CultureInfo.InvariantCulture);
}
