using System.Globalization;

namespace Aggregator.Tests.Processes;

/// <summary>Reads what a running program says at <c>/metrics</c> and <c>/-/ready</c>.</summary>
internal sealed class MetricsClient : IDisposable
{
    private readonly AggregatorProcess _process;
    private readonly HttpClient _client;

    private MetricsClient(AggregatorProcess process, Uri address)
    {
        _process = process;
        _client = new() { BaseAddress = address, Timeout = TimeSpan.FromSeconds(60) };
    }

    public static async Task<MetricsClient> ConnectAsync(AggregatorProcess process) => new(process, await process.AddressAsync());

    /// <summary>The sum of all series of a family whose labels contain each of the given texts; null where there is none.</summary>
    public async Task<double?> SumAsync(string family, params string[] labels)
    {
        string page = (await GetAsync("metrics")).Text;
        double[] values = [.. page.Split('\n')
            .Where(line => line.StartsWith(family, StringComparison.Ordinal) && line.Length > family.Length && line[family.Length] is ' ' or '{')
            .Where(line => line.StartsWith(family, StringComparison.Ordinal) && labels.All(label => line.Contains(label, StringComparison.Ordinal)))
            .Select(line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture))];
        return values.Length == 0 ? null : values.Sum();
    }

    /// <summary>The status code and the text of /-/ready.</summary>
    public Task<(int Code, string Text)> ReadyAsync() => GetAsync("-/ready");

    /// <summary>Asks until the condition holds.</summary>
    /// <exception cref="TimeoutException">It did not in time.</exception>
    public static Task UntilAsync(Func<Task<bool>> condition, string what, TimeSpan? bound = null) => UntilAsync(condition, () => what, bound);

    /// <summary>Asks until the condition holds; what it waited for is worded at the end.</summary>
    /// <exception cref="TimeoutException">It did not in time.</exception>
    public static async Task UntilAsync(Func<Task<bool>> condition, Func<string> what, TimeSpan? bound = null)
    {
        long end = Environment.TickCount64 + (long)(bound ?? TimeSpan.FromSeconds(120)).TotalMilliseconds;
        while (!await condition())
        {
            if (Environment.TickCount64 > end)
            {
                throw new TimeoutException($"Waited in vain: {what()}.");
            }
            await Task.Delay(100);
        }
    }

    private async Task<(int Code, string Text)> GetAsync(string path)
    {
        try
        {
            using HttpResponseMessage answer = await _client.GetAsync(path);
            return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
        }
        catch (HttpRequestException e)
        {
            throw new InvalidOperationException($"/{path} is not answered ({e.Message}); {_process.State}", e);
        }
    }

    public void Dispose() => _client.Dispose();
}
