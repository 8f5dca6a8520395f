using System.Diagnostics;
using Aggregator.Benchmarks.Input;

namespace Aggregator.Benchmarks.Storm;

/// <summary>
/// Scrapes of a service that runs, beside a storm of bad connections and without one, in turn: how long they take, and how fast it reads meanwhile.
/// </summary>
public static class StormCommand
{
    private static readonly TimeSpan BetweenScrapes = TimeSpan.FromMilliseconds(10);

    /// <param name="arguments">
    /// <c>--address URL</c>: where the service serves its page. <c>--connections N</c>: of the storm (default 500), opened anew every 5 s.
    /// <c>--seconds N</c>: length of a turn (default 5). <c>--turns N</c>: of each kind (default 10); fewer where the service catches up with its topics meanwhile, for that
    /// is the load that all of them are to see.
    /// </param>
    /// <returns>The exit code: 1 if a scrape was not answered, or there was no whole turn of each kind.</returns>
    public static async Task<int> RunAsync(IReadOnlyDictionary<string, string> arguments)
    {
        if (!arguments.TryGetValue("address", out string? address))
        {
            await Console.Error.WriteLineAsync("storm needs --address http://HOST:PORT of a service that runs");
            return 2;
        }
        Uri service = new(address);
        int connections = (int)arguments.Number("connections", 500);
        var length = TimeSpan.FromSeconds(arguments.Number("seconds", 5));
        using HttpClient keeps = new() { BaseAddress = service };
        Turns calm = new(), stormy = new();
        bool wasBehind = !await IsReadyAsync(keeps);
        for (long turn = arguments.Number("turns", 10); turn > 0; turn--)
        {
            Turns next = await MeasureAsync(keeps, length);
            using CancellationTokenSource stop = new();
            Task storm = BadConnections.KeepOpeningAsync(service, connections, stop.Token);
            Turns nextInStorm = await MeasureAsync(keeps, length);
            await stop.CancelAsync();
            await storm;
            if (wasBehind && await IsReadyAsync(keeps))
            {
                break;
            }
            calm.Add(next);
            stormy.Add(nextInStorm);
        }
        if (calm.Milliseconds.Count == 0 || stormy.Milliseconds.Count == 0)
        {
            await Console.Error.WriteLineAsync("storm: the service had caught up before there was a turn of each kind, or answered nothing");
            return 1;
        }
        Console.WriteLine(FormattableString.Invariant($"{"",-40} {"records/s",11} {"scrapes",8} {"refused",8} {"median",8} {"p99",8} {"most",8} ms"));
        Console.WriteLine(Row("no other connections", calm));
        Console.WriteLine(Row(FormattableString.Invariant($"beside {connections} bad connections"), stormy));
        return calm.Refused + stormy.Refused == 0 ? 0 : 1;
    }

    private static async Task<Turns> MeasureAsync(HttpClient keeps, TimeSpan length)
    {
        Turns turn = new() { Records = -await RecordsAsync(keeps) };
        long began = Stopwatch.GetTimestamp();
        for (bool fresh = false; Stopwatch.GetElapsedTime(began) < length; fresh = !fresh)
        {
            // Prometheus keeps its connection, other tools open one each time.
            using HttpClient client = new() { BaseAddress = keeps.BaseAddress };
            await turn.ScrapeAsync(fresh ? client : keeps, !fresh);
            await Task.Delay(BetweenScrapes);
        }
        turn.Seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        turn.Records += await RecordsAsync(keeps);
        return turn;
    }

    private static async Task<bool> IsReadyAsync(HttpClient client)
    {
        using HttpResponseMessage answer = await client.GetAsync("-/ready");
        return answer.IsSuccessStatusCode;
    }

    private static async Task<long> RecordsAsync(HttpClient client) => SelfMetricsText.RecordsRead(await client.GetStringAsync("metrics"));

    private static string Row(string name, Turns turns)
    {
        double[] sorted = [.. turns.Milliseconds.Order()];
        return FormattableString.Invariant(
            $"{name,-40} {turns.Records / turns.Seconds,11:0} {sorted.Length,8} {turns.Refused,8} {sorted[sorted.Length / 2],8:0.0} {sorted[(int)(sorted.Length * 0.99)],8:0.0} {sorted[^1],8:0.0}");
    }

    private sealed class Turns
    {
        public List<double> Milliseconds { get; } = [];

        public int Refused { get; private set; }

        public long Records { get; set; }

        public double Seconds { get; set; }

        public void Add(Turns turn)
        {
            Milliseconds.AddRange(turn.Milliseconds);
            Refused += turn.Refused;
            Records += turn.Records;
            Seconds += turn.Seconds;
        }

        public async Task ScrapeAsync(HttpClient client, bool isKept)
        {
            using HttpRequestMessage request = new(HttpMethod.Get, "metrics");
            request.Headers.AcceptEncoding.Add(new("gzip"));
            long started = Stopwatch.GetTimestamp();
            try
            {
                using HttpResponseMessage answer = await client.SendAsync(request);
                answer.EnsureSuccessStatusCode();
                Milliseconds.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            }
            catch (HttpRequestException failure)
            {
                string which = isKept ? "kept" : "fresh";
                await Console.Error.WriteLineAsync(FormattableString.Invariant(
                    $"not answered on a {which} connection after {Stopwatch.GetElapsedTime(started).TotalMilliseconds:0.0} ms: {failure.GetBaseException().Message}"));
                Refused++;
            }
        }
    }
}
