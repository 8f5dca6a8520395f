using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Aggregator.Tests.Processes;
using Microsoft.Playwright;
using Xunit;

namespace Aggregator.Tests.Browser;

/// <summary>The page of the demo, as a user sees it: broker, traffic and service are the real ones.</summary>
public sealed partial class DemoPageTests(Chromium chromium) : IClassFixture<Chromium>
{
    /// <summary>Names the folder into which scripts/screenshots.sh wants its pictures.</summary>
    private const string Pictures = "AGGREGATOR_TEST_SCREENSHOTS";

    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    private static CancellationToken Aborted => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Its_numbers_are_those_of_the_metrics_and_follow_them_through_a_restart()
    {
        Assert.SkipWhen(!Chromium.IsInstalled, Chromium.IsMissing);
        Uri address = new($"http://127.0.0.1:{FreePort()}/");
        using HttpClient client = new() { BaseAddress = address };
        await using AggregatorProcess first = Start(address);
        await first.AddressAsync();
        await using Visit visit = await chromium.OpenAsync(address);
        string before = await AgreeAsync(visit, client, "");
        await AgreeAsync(visit, client, before);

        visit.ExpectsFailedRequests = true;
        await first.KillAsync();
        await visit.TextAsync("#status-text", "No answer from the service since");
        await using AggregatorProcess second = Start(address);
        await second.AddressAsync();
        await visit.TextAsync("#status-text", "Ready");

        await AgreeAsync(visit, client, before);
        Assert.Equal(0, (await second.TerminateAsync(Bound)).Code);
    }

    /// <summary>Not a test but the pictures of the README: run by scripts/screenshots.sh alone.</summary>
    [Fact(Explicit = true)]
    public async Task Pictures_of_the_demo()
    {
        string folder = Environment.GetEnvironmentVariable(Pictures) ?? "";
        Assert.SkipWhen(folder.Length == 0, $"{Pictures} names no folder");
        Uri address = new($"http://127.0.0.1:{FreePort()}/");
        await using AggregatorProcess demo =
            AggregatorProcess.Start(["demo", "--log-level", "info", "--web.listen-address", address.Authority, "--incident", "delivery-drop@30s:40s", "--incident", "latency-spike@2m:30s"]);
        await demo.AddressAsync();
        await Task.Delay(TimeSpan.FromMinutes(4), Aborted);
        (string Name, string Where, BrowserNewContextOptions Habits)[] pictures =
        [
            ("page-light", "", new()),
            ("page-dark", "#by=region", new() { ColorScheme = ColorScheme.Dark }),
            ("page-zh", "", new() { Locale = "zh-CN" }),
            ("page-narrow", "", new() { ViewportSize = new() { Width = 390, Height = 844 }, DeviceScaleFactor = 2 }),
        ];
        foreach ((string name, string where, BrowserNewContextOptions habits) in pictures)
        {
            await using Visit visit = await chromium.OpenAsync(new Uri(address, where), habits);
            await visit.Page.ScreenshotAsync(new() { Path = Path.Combine(folder, name + ".png") });
            Assert.True(await visit.IsDrawnAsync("latency"));
        }
    }

    private static AggregatorProcess Start(Uri address) => AggregatorProcess.Start(
    [
        "demo", "--log-level", "info", "--web.listen-address", address.Authority, "--rate", "100",
        "--set", "Aggregation:Window=00:00:05", "--set", "Aggregation:Lateness=00:00:01",
    ]);

    /// <summary>Waits until the tiles show what /metrics says of a window other than <paramref name="before"/>, the same before and after the look.</summary>
    /// <returns>The numbers.</returns>
    private static async Task<string> AgreeAsync(Visit visit, HttpClient client, string before)
    {
        using CancellationTokenSource bound = CancellationTokenSource.CreateLinkedTokenSource(Aborted);
        bound.CancelAfter(Bound);
        string metrics = "", page = "";
        try
        {
            while (true)
            {
                metrics = Expected(await client.GetStringAsync("/metrics", bound.Token));
                page = string.Join(' ', await Task.WhenAll(new[] { "users", "ratio", "p50", "p95", "p99" }.Select(tile => visit.TextAsync($"#tile-{tile}")))).Replace('\u202f', ' ');
                if (page == metrics && page != before && metrics == Expected(await client.GetStringAsync("/metrics", bound.Token)))
                {
                    return page;
                }
                await Task.Delay(200, bound.Token);
            }
        }
        catch (OperationCanceledException) when (!Aborted.IsCancellationRequested)
        {
            Assert.Fail($"the page does not show what the metrics say, or it is still '{before}'\nmetrics: {metrics}\npage:    {page}");
            throw;
        }
    }

    private static string Expected(string metrics)
    {
        Dictionary<string, double> values = Samples().Matches(metrics).ToDictionary(match => match.Groups[1].Value, match => double.Parse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture));
        return values.Count < 5 ? "" : string.Create(CultureInfo.InvariantCulture,
            $"{values["im_online_users"]:N0} {values["im_delivery_ratio"] * 100:0.00}% {Duration(values["im_latency_p50_seconds"])} {Duration(values["im_latency_p95_seconds"])} {Duration(values["im_latency_p99_seconds"])}");
    }

    private static string Duration(double seconds) => string.Create(CultureInfo.InvariantCulture,
        $"{(seconds < 1 ? Math.Round(seconds * 1000) : Math.Round(seconds, 3 - 1 - (int)Math.Floor(Math.Log10(seconds))))} {(seconds < 1 ? "ms" : "s")}");

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    [GeneratedRegex(@"^(im_online_users|im_delivery_ratio|im_latency_p(?:50|95|99)_seconds) (\S+)$", RegexOptions.Multiline)]
    private static partial Regex Samples();
}
