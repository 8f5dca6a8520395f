using System.Globalization;
using System.Text;
using System.Text.Json;
using Aggregator.Core.Publishing;

namespace Aggregator.Core.Backfill;

/// <summary>Asks a Prometheus, over its HTTP API, for what it has at the times of a backfill.</summary>
/// <param name="address">The address of the server.</param>
/// <param name="labels">The labels that all series have: narrows the question.</param>
public sealed class PrometheusSamples(Uri address, ExternalLabels labels) : IStoredSamples
{
    // An answer has what was scraped as well, four samples a minute: some 100,000 with this.
    private const int SeriesHours = 400;
    private const long ShortestMs = 60_000;
    private const long LongestMs = 2 * 3_600_000;

    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(2);

    public async Task<string?> FindOtherAsync(IEnumerable<(string Series, long TimeMs, double Value)> samples, CancellationToken cancellation)
    {
        using HttpClient http = new() { BaseAddress = new Uri(address.AbsoluteUri.TrimEnd('/') + "/"), Timeout = Timeout };
        List<(string Series, long TimeMs, double Value)> inTime = [.. samples.OrderBy(sample => sample.TimeMs)];
        int series = Math.Max(1, inTime.Select(sample => sample.Series).Distinct().Count());
        long span = Math.Clamp((long)SeriesHours * 3_600_000 / series, ShortestMs, LongestMs);
        for (int from = 0; from < inTime.Count;)
        {
            long end = inTime[from].TimeMs + span;
            int to = from;
            Dictionary<(string, long), double> values = [];
            for (; to < inTime.Count && inTime[to].TimeMs < end; to++)
            {
                values[(inTime[to].Series, inTime[to].TimeMs)] = inTime[to].Value;
            }
            if (await FindOtherAsync(http, values, inTime[from].TimeMs, inTime[to - 1].TimeMs, cancellation).ConfigureAwait(false) is { } found)
            {
                return found;
            }
            from = to;
        }
        return null;
    }

    private async Task<string?> FindOtherAsync(
        HttpClient http, Dictionary<(string, long), double> values, long firstMs, long lastMs, CancellationToken cancellation)
    {
        string query = string.Create(CultureInfo.InvariantCulture, $"{{__name__=~\"im_.+\"{Matchers()}}}[{lastMs - firstMs + 1}ms]");
        string path = $"api/v1/query?query={Uri.EscapeDataString(query)}&time={(lastMs / 1000.0).ToString("0.000", CultureInfo.InvariantCulture)}";
        try
        {
            using HttpResponseMessage response = await http.GetAsync(new Uri(path, UriKind.Relative), cancellation).ConfigureAwait(false);
            using Stream body = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
            using JsonDocument answer = await JsonDocument.ParseAsync(body, default, cancellation).ConfigureAwait(false);
            if (!response.IsSuccessStatusCode)
            {
                throw new IOException($"{http.BaseAddress} does not answer the question what it has: {answer.RootElement.GetProperty("error").GetString()}");
            }
            return Other(answer.RootElement.GetProperty("data").GetProperty("result"), values);
        }
        catch (Exception failure) when (failure is HttpRequestException or JsonException or TaskCanceledException && !cancellation.IsCancellationRequested)
        {
            throw new IOException($"{http.BaseAddress} cannot be asked what it has: {failure.Message}");
        }
    }

    private static string? Other(JsonElement result, Dictionary<(string, long), double> values)
    {
        foreach (JsonElement series in result.EnumerateArray().Where(series => series.TryGetProperty("values", out _)))
        {
            string text = Text(series.GetProperty("metric"));
            foreach (JsonElement sample in series.GetProperty("values").EnumerateArray())
            {
                long timeMs = (long)Math.Round(sample[0].GetDouble() * 1000);
                double stored = double.Parse(sample[1].GetString()!.Replace("Inf", "∞", StringComparison.Ordinal), CultureInfo.InvariantCulture);
                if (values.TryGetValue((text, timeMs), out double value) && !value.Equals(stored))
                {
                    return string.Create(CultureInfo.InvariantCulture,
                        $"Prometheus has {text} at {DateTimeOffset.FromUnixTimeMilliseconds(timeMs):yyyy-MM-dd'T'HH:mm:ss'Z'} already, as {stored} and not {value}, and would keep that: delete the series there first (api/v1/admin/tsdb/delete_series), or give these another label with --label");
                }
            }
        }
        return null;
    }

    // The text that OpenMetricsText makes of the same series.
    private static string Text(JsonElement metric)
    {
        KeyValuePair<string, string>[] all = [.. metric.EnumerateObject().Select(label => KeyValuePair.Create(label.Name, label.Value.GetString()!))
            .OrderBy(label => label.Key, StringComparer.Ordinal)];
        string name = all.First(label => label.Key == "__name__").Value;
        return OpenMetricsText.Series(name, all);
    }

    private string Matchers()
    {
        StringBuilder matchers = new();
        foreach ((string name, string value) in labels.All)
        {
            matchers.Append(',').Append(name).Append("=\"").Append(OpenMetricsText.Escaped(value)).Append('"');
        }
        return matchers.ToString();
    }
}
