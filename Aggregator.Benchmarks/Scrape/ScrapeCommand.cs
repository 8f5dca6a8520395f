using System.Diagnostics;
using Aggregator.Benchmarks.Input;
using Aggregator.Core.Diagnostics;
using Aggregator.Core.Publishing;
using Aggregator.Core.Windows;

namespace Aggregator.Benchmarks.Scrape;

/// <summary>
/// Scrapes of a page of 10,000 series while records are folded as fast as one thread can: how long they take window after window, and what they cost the fold.
/// </summary>
public static class ScrapeCommand
{
    private const int ScrapesPerWindow = 4;
    private static readonly TimeSpan BetweenScrapes = TimeSpan.FromMilliseconds(20);

    /// <param name="arguments"><c>--windows N</c>: windows that are published one after the other, each scraped four times (default 200).</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(IReadOnlyDictionary<string, string> arguments)
    {
        int windows = (int)arguments.Number("windows", 200);
        using SelfMetrics self = new(new ServiceStatus(), new FoldCounters(), "im-latency", "ack", new BuildInfo("1", "0", "10"), new ProcessMetrics(TimeProvider.System));
        await using PrometheusOutput output = new(SamplePage.Settings);
        MetricsPage page = new(output, self);
        // All is compiled, and the page has been asked for: from then on it is made when its window is published.
        await RoundsAsync(output, page, 0, windows / 4);
        FoldLoad fold = new();
        double alone = fold.Measure(TimeSpan.FromSeconds(5));
        Rounds quiet = await RoundsAsync(output, page, windows, windows);
        using CancellationTokenSource stop = new();
        var folding = Task.Factory.StartNew(() => fold.Measure(stop.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        Rounds busy = await RoundsAsync(output, page, 2 * windows, windows);
        await stop.CancelAsync();
        double beside = await folding;
        Console.WriteLine(FormattableString.Invariant($"{Environment.ProcessorCount} processors; {windows} windows, four scrapes each; ms: median, 99 %, most"));
        Console.WriteLine($"{"",-34} {"publish a window",22} {"first scrape",22} {"later scrapes",22}");
        Console.WriteLine($"{"nothing else",-34} {Cell(quiet.Publish)} {Cell(quiet.First)} {Cell(quiet.Later)}");
        Console.WriteLine($"{"beside a fold at full rate",-34} {Cell(busy.Publish)} {Cell(busy.First)} {Cell(busy.Later)}");
        Console.WriteLine(FormattableString.Invariant($"fold: {alone:0} ns a record alone, {beside:0} beside publications and scrapes, {1000.0 / busy.LengthMs * windows:0} windows and {1000.0 / busy.LengthMs * windows * ScrapesPerWindow:0} scrapes a second"));
        return 0;
    }

    private static async Task<Rounds> RoundsAsync(PrometheusOutput output, MetricsPage page, int from, int count)
    {
        Rounds rounds = new([], [], [], 0);
        long began = Stopwatch.GetTimestamp();
        for (int i = 0; i < count; i++)
        {
            FinalResults window = SamplePage.Window(from + i);
            long started = Stopwatch.GetTimestamp();
            await output.PublishAsync(window, CancellationToken.None);
            rounds.Publish.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            for (int scrape = 0; scrape < ScrapesPerWindow; scrape++)
            {
                started = Stopwatch.GetTimestamp();
                MetricsBody body = await page.RenderAsync(PageFormat.Text, gzip: true, CancellationToken.None);
                (scrape == 0 ? rounds.First : rounds.Later).Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
                GC.KeepAlive(body);
                await Task.Delay(BetweenScrapes);
            }
        }
        SamplePage.Check(await page.RenderAsync(PageFormat.Text, gzip: false, CancellationToken.None));
        return rounds with { LengthMs = Stopwatch.GetElapsedTime(began).TotalMilliseconds };
    }

    private static string Cell(List<double> times)
    {
        double[] sorted = [.. times.Order()];
        return FormattableString.Invariant($"{sorted[sorted.Length / 2],7:0.00} {sorted[(int)(sorted.Length * 0.99)],6:0.00} {sorted[^1],7:0.00}");
    }

    private sealed record Rounds(List<double> Publish, List<double> First, List<double> Later, double LengthMs);
}
