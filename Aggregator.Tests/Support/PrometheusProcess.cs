using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Xunit;

namespace Aggregator.Tests.Support;

/// <summary>
/// A real Prometheus, with its data in a temporary folder. Programs come from the PATH, or, for version 3, from the folder that
/// the environment variable AGGREGATOR_TEST_PROMETHEUS3 names.
/// </summary>
internal sealed class PrometheusProcess : IAsyncDisposable
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly DirectoryInfo _folder;
    private readonly HttpClient _client;

    private PrometheusProcess(Process process, DirectoryInfo folder, int port)
    {
        _process = process;
        _folder = folder;
        _client = new() { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
    }

    /// <summary>The path of <paramref name="program"/> (<c>prometheus</c>, <c>promtool</c>) of major version 2 or 3; skips the test where it is missing.</summary>
    public static string Program(string program, int version)
    {
        string? path = Find(program, version == 3 ? "AGGREGATOR_TEST_PROMETHEUS3" : "PATH");
        Assert.SkipWhen(path is null, version == 3
            ? $"{program} 3 is not in the folder that AGGREGATOR_TEST_PROMETHEUS3 names"
            : $"{program} is not installed (Debian package: prometheus)");
        return path!;
    }

    /// <summary>The path of <paramref name="program"/> in a folder that an environment variable names; null where it is in none of them.</summary>
    public static string? Find(string program, string variable = "PATH") =>
        (Environment.GetEnvironmentVariable(variable) ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    /// <summary>Where it listens.</summary>
    public Uri Address => _client.BaseAddress!;

    /// <param name="program">Its path.</param>
    /// <param name="jobs">The items of <c>scrape_configs</c>, in YAML.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <param name="further">More of the configuration, in YAML: rule files, an Alertmanager.</param>
    public static Task<PrometheusProcess> StartAsync(string program, string jobs, CancellationToken cancellation, string further = "") => StartAsync(
        program, "global: {scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}\nscrape_configs:\n" + jobs + further, [], null, cancellation);

    /// <summary>One that scrapes nothing: it gets what it has by remote write, or finds it in its folder.</summary>
    /// <param name="program">Its path.</param>
    /// <param name="configuration">Its configuration, in YAML.</param>
    /// <param name="arguments">Further arguments.</param>
    /// <param name="data">Where its blocks are; null for none. It stays.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <param name="port">Where to listen; null for any.</param>
    public static async Task<PrometheusProcess> StartAsync(
        string program, string configuration, string[] arguments, string? data, CancellationToken cancellation, int? port = null)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("aggregator-prometheus-");
        string config = Path.Combine(folder.FullName, "prometheus.yml");
        await File.WriteAllTextAsync(config, configuration, cancellation);
        int listen = port ?? FreePort();
        ProcessStartInfo start = new(program) { RedirectStandardError = true, RedirectStandardOutput = true };
        start.ArgumentList.Add("--config.file=" + config);
        start.ArgumentList.Add("--storage.tsdb.path=" + (data ?? Path.Combine(folder.FullName, "data")));
        start.ArgumentList.Add(string.Create(CultureInfo.InvariantCulture, $"--web.listen-address=127.0.0.1:{listen}"));
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }
        Process process = Process.Start(start)!;
        process.ErrorDataReceived += (_, _) => { };
        process.OutputDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        return new(process, folder, listen);
    }

    /// <summary>Waits until it answers queries.</summary>
    public async Task<PrometheusProcess> ReadyAsync(CancellationToken cancellation)
    {
        await QueryUntilAsync("vector(1)", answer => answer.Length == 1, cancellation);
        return this;
    }

    /// <summary>Raw samples of a range selector (<c>x[1h]</c>) as lines <c>series@time value</c> with all labels, sorted; a native histogram shows its count.</summary>
    public async Task<string[]> SamplesAsync(string selector, long timeMs, CancellationToken cancellation)
    {
        string path = string.Create(CultureInfo.InvariantCulture, $"/api/v1/query?query={Uri.EscapeDataString(selector)}&time={timeMs / 1000.0:0.000}");
        using JsonDocument answer = JsonDocument.Parse(await _client.GetStringAsync(path, cancellation));
        List<string> lines = [];
        foreach (JsonElement series in answer.RootElement.GetProperty("data").GetProperty("result").EnumerateArray())
        {
            string text = string.Join(",", series.GetProperty("metric").EnumerateObject().OrderBy(label => label.Name, StringComparer.Ordinal)
                .Select(label => $"{label.Name}={label.Value}"));
            foreach (JsonElement sample in series.TryGetProperty("values", out JsonElement values) ? values.EnumerateArray() : series.GetProperty("histograms").EnumerateArray())
            {
                string value = sample[1].ValueKind == JsonValueKind.Object ? sample[1].GetProperty("count").GetString()! : sample[1].GetString()!;
                lines.Add(string.Create(CultureInfo.InvariantCulture, $"{text}@{sample[0].GetDouble() * 1000:0} {value}"));
            }
        }
        lines.Sort(StringComparer.Ordinal);
        return [.. lines];
    }

    /// <summary>The answer of an instant query at a time, as <see cref="QueryAsync(string, CancellationToken)"/> gives it.</summary>
    public Task<string[]> QueryAsync(string query, long timeMs, CancellationToken cancellation) =>
        QueryPathAsync(string.Create(CultureInfo.InvariantCulture, $"/api/v1/query?query={Uri.EscapeDataString(query)}&time={timeMs / 1000.0:0.000}"), cancellation);

    /// <summary>Asks until the answer of an instant query satisfies; returns it as lines <c>{labels} value</c> without instance and job, sorted.</summary>
    /// <exception cref="TimeoutException">It did not in time; the message has the last answer.</exception>
    public async Task<string[]> QueryUntilAsync(string query, Func<string[], bool> satisfied, CancellationToken cancellation)
    {
        long start = Stopwatch.GetTimestamp();
        string last = "";
        while (Stopwatch.GetElapsedTime(start) < Bound)
        {
            try
            {
                string[] answer = await QueryAsync(query, cancellation);
                if (satisfied(answer))
                {
                    return answer;
                }
                last = string.Join("\n", answer);
            }
            catch (HttpRequestException failure)
            {
                last = failure.Message;
            }
            await Task.Delay(100, cancellation);
        }
        throw new TimeoutException($"{query}: {last}\n{await TargetsAsync(cancellation)}");
    }

    public Task<string[]> QueryAsync(string query, CancellationToken cancellation) =>
        QueryPathAsync("/api/v1/query?query=" + Uri.EscapeDataString(query), cancellation);

    private async Task<string[]> QueryPathAsync(string path, CancellationToken cancellation)
    {
        using JsonDocument answer = JsonDocument.Parse(await _client.GetStringAsync(path, cancellation));
        return [.. answer.RootElement.GetProperty("data").GetProperty("result").EnumerateArray().Select(Line).Order(StringComparer.Ordinal)];
    }

    /// <summary>How many series the query gives within the last minutes; a query that Prometheus refuses throws with its words.</summary>
    public async Task<int> SeriesOfLastMinutesAsync(string query, int minutes, CancellationToken cancellation)
    {
        long now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        string uri = string.Create(CultureInfo.InvariantCulture, $"/api/v1/query_range?query={Uri.EscapeDataString(query)}&start={now - (minutes * 60)}&end={now}&step=1");
        using HttpResponseMessage answer = await _client.GetAsync(uri, cancellation);
        string text = await answer.Content.ReadAsStringAsync(cancellation);
        using JsonDocument document = JsonDocument.Parse(text);
        return document.RootElement.GetProperty("status").GetString() == "success"
            ? document.RootElement.GetProperty("data").GetProperty("result").EnumerateArray().Count()
            : throw new InvalidOperationException($"{query}: {text}");
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _folder.Delete(recursive: true);
    }

    private static string Line(JsonElement sample)
    {
        IEnumerable<string> labels = sample.GetProperty("metric").EnumerateObject().Where(label => label.Name is not ("instance" or "job" or "__name__"))
            .Select(label => $"{label.Name}={label.Value}");
        string name = sample.GetProperty("metric").TryGetProperty("__name__", out JsonElement metric) ? metric.GetString()! : "";
        return $"{name}{{{string.Join(",", labels)}}} {sample.GetProperty("value")[1]}";
    }

    /// <summary>A TCP port of this machine that nobody listens on at the moment.</summary>
    public static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task<string> TargetsAsync(CancellationToken cancellation) =>
        _process.HasExited ? "Prometheus has ended" : await _client.GetStringAsync("/api/v1/targets", cancellation);
}
