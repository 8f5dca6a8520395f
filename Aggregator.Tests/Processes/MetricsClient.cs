using System.Globalization;

namespace Aggregator.Tests.Processes;

/// <summary>Reads what a running program says at <c>/metrics</c> and <c>/-/ready</c>.</summary>
internal sealed class MetricsClient(Uri address) : IDisposable
{
    private readonly HttpClient _client = new() { BaseAddress = address, Timeout = TimeSpan.FromSeconds(20) };

    /// <summary>The sum of all series of a family whose labels contain each of the given texts; null where there is none.</summary>
    public async Task<double?> SumAsync(string family, params string[] labels)
    {
        string page = await _client.GetStringAsync("metrics");
        double[] values = [.. page.Split('\n')
            .Where(line => line.StartsWith(family, StringComparison.Ordinal) && line.Length > family.Length && line[family.Length] is ' ' or '{')
            .Where(line => line.StartsWith(family, StringComparison.Ordinal) && labels.All(label => line.Contains(label, StringComparison.Ordinal)))
            .Select(line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture))];
        return values.Length == 0 ? null : values.Sum();
    }

    /// <summary>The status code and the text of /-/ready.</summary>
    public async Task<(int Code, string Text)> ReadyAsync()
    {
        using HttpResponseMessage answer = await _client.GetAsync("-/ready");
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>Asks until the condition holds.</summary>
    /// <exception cref="TimeoutException">It did not in time.</exception>
    public static async Task UntilAsync(Func<Task<bool>> condition, string what, TimeSpan? bound = null)
    {
        long end = Environment.TickCount64 + (long)(bound ?? TimeSpan.FromSeconds(60)).TotalMilliseconds;
        while (!await condition())
        {
            if (Environment.TickCount64 > end)
            {
                throw new TimeoutException($"Waited in vain: {what}.");
            }
            await Task.Delay(100);
        }
    }

    public void Dispose() => _client.Dispose();
}
