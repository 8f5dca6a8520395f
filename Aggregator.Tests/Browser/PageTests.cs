using System.Net;
using Aggregator.Host.Web;
using Aggregator.Tests.Support;
using Aggregator.Tests.Web;
using Microsoft.Playwright;
using Xunit;

namespace Aggregator.Tests.Browser;

/// <summary>The page in a real browser, before a server whose windows the test makes.</summary>
public sealed class PageTests(Chromium chromium) : IClassFixture<Chromium>
{
    private const string Hostile = "<img src=x onerror=alert(1)>";

    private static CancellationToken Aborted => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_shows_the_latest_window_and_draws_its_charts()
    {
        await using WebFixture web = await StartAsync();
        await using Visit visit = await chromium.OpenAsync(web.Address);

        Assert.Equal("12", await visit.TextAsync("#tile-users"));
        Assert.Equal("80.00%", await visit.TextAsync("#tile-ratio"));
        Assert.Equal("120 ms", Plain(await visit.TextAsync("#tile-p99")));
        Assert.Equal("Ready", await visit.TextAsync("#status-text"));
        foreach (string chart in new[] { "users", "ratio", "latency", "errors" })
        {
            Assert.True(await visit.IsDrawnAsync(chart), chart);
        }
        Assert.Contains("12", await visit.Page.Locator("#users-chart").GetAttributeAsync("aria-label"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_value_out_of_a_record_is_text_and_never_markup()
    {
        await using WebFixture web = await StartAsync();
        web.Metrics.Status.Partitions = [new("ack" + Hostile, 0, 1, 1, WindowBuilder.Start, Idle: false, Rejected: 1, Late: 0) { LastRejected = new(1, Hostile) }];
        await using Visit visit = await chromium.OpenAsync(new Uri(web.Address, "#by=region"));

        await visit.Page.Locator("#users-chart canvas").HoverAsync();
        await visit.TextAsync(".tip", Hostile);

        Assert.Contains(Hostile, await visit.TextAsync("#charts section:first-child .legend"), StringComparison.Ordinal);
        Assert.Contains("ack" + Hostile, await visit.TextAsync("#partitions"), StringComparison.Ordinal);
        Assert.Equal(1, await visit.Page.Locator("img").CountAsync()); // the sign of the page
    }

    [Fact]
    public async Task Everything_can_be_done_with_the_keyboard_and_read_as_a_table()
    {
        await using WebFixture web = await StartAsync();
        await using Visit visit = await chromium.OpenAsync(web.Address);
        List<string> reached = [];
        for (int i = 0; i < 40 && !reached.Contains("Latency as a table"); i++)
        {
            await visit.Page.Keyboard.PressAsync("Tab");
            reached.Add(await visit.Page.EvaluateAsync<string>("document.activeElement.getAttribute('aria-label') ?? document.activeElement.id ?? ''"));
        }

        await visit.Page.Keyboard.PressAsync("Enter");

        Assert.Contains("range", reached);
        Assert.Contains("Online users as a table", reached);
        string table = Plain(await visit.TextAsync("#charts section:nth-child(3) table"));
        Assert.Contains("P50\tP95\tP99", table, StringComparison.Ordinal);
        Assert.Contains("49 ms\t120 ms\t120 ms", table, StringComparison.Ordinal);
        Assert.Empty(await visit.Page.EvaluateAsync<string[]>(
            "[...document.querySelectorAll('button, select, a, [tabindex]')].filter(element => !(element.innerText || element.getAttribute('aria-label') || element.getAttribute('aria-labelledby') || element.closest('label') || element.id === 'main')).map(element => element.outerHTML)"));
    }

    [Fact]
    public async Task It_speaks_chinese_to_a_chinese_browser_and_fits_a_narrow_dark_screen()
    {
        await using WebFixture web = await StartAsync();
        await using Visit visit = await chromium.OpenAsync(
            web.Address, new() { Locale = "zh-CN", ColorScheme = ColorScheme.Dark, ViewportSize = new() { Width = 390, Height = 844 } });

        Assert.Equal("就绪", await visit.TextAsync("#status-text"));
        Assert.Equal("zh-CN", await visit.Page.EvaluateAsync<string>("document.documentElement.lang"));
        Assert.Equal("分区", await visit.TextAsync("#partitions-title"));
        Assert.DoesNotContain("Latency", await visit.TextAsync("main"), StringComparison.Ordinal);
        Assert.Equal("rgb(14, 18, 23)", await visit.Page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor"));
        Assert.True(await visit.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"), "the page is wider than the screen");
        Assert.True(await visit.IsDrawnAsync("users"));
    }

    [Theory]
    [InlineData("en-GB", "The service is not ready", "Kafka at host:9092 does not answer: refused")]
    [InlineData("zh-TW", "服务未就绪", "位于 host:9092 的 Kafka 没有应答：refused")]
    [InlineData("fr-FR", "The service is not ready", "Kafka at host:9092 does not answer: refused")]
    public async Task It_says_why_there_is_nothing_to_see(string locale, string title, string sentence)
    {
        await using WebFixture web = await WebFixture.StartAsync(new MetricsFixture(), new WebServerOptions(new(IPAddress.Loopback, 0)), Aborted);
        web.Metrics.Status.NotReadyReason = "Kafka at host:9092 does not answer: refused";
        await using Visit visit = await chromium.OpenAsync(web.Address, new() { Locale = locale });

        Assert.Equal(title, await visit.TextAsync("#notice-title"));
        Assert.Equal(sentence, await visit.TextAsync("#notice-text"));
        Assert.Equal("–", await visit.TextAsync("#tile-users"));
    }

    [Fact]
    public async Task It_works_over_tls_with_a_password()
    {
        using TestCertificates files = new();
        files.IssueServer();
        string config = files.WriteConfig($"tls_server_config: {{cert_file: server.pem, key_file: server.key}}\nbasic_auth_users: {{alice: {WebConfigFileTests.Hash}}}\n");
        await using WebFixture web = await StartAsync(config);
        await using Visit visit = await chromium.OpenAsync(
            web.Address, new() { IgnoreHTTPSErrors = true, HttpCredentials = new() { Username = "alice", Password = "secret" } });

        Assert.Equal("12", await visit.TextAsync("#tile-users"));
    }

    private static async Task<WebFixture> StartAsync(string? configFile = null)
    {
        MetricsFixture metrics = new([["region"]]);
        WebFixture web = await WebFixture.StartAsync(metrics, new WebServerOptions(new(IPAddress.Loopback, 0), configFile), Aborted);
        metrics.Status.NotReadyReason = null;
        // Windows of now, as a service has them: ones of long ago would be stale.
        long now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        for (int ago = 5; ago > 0; ago--)
        {
            await metrics.PublishAsync(new WindowBuilder((now / 60_000 - ago) * 60_000)
                .Total(online: 12, samples: [49, 49, 120], acks: 8, errors: [("E_OFFLINE", 1)], sent: 10, delivered: 8)
                .Group(0, [Hostile], online: 4, samples: [49], acks: 3, sent: 5, delivered: 4).Group(0, ["eu"], online: 8, samples: [49, 120], acks: 5, sent: 5, delivered: 4)
                .Final);
        }
        return web;
    }

    // Numbers have narrow spaces before their units.
    private static string Plain(string text) => text.Replace('\u202f', ' ');
}
