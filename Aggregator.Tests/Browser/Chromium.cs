using Microsoft.Playwright;
using Xunit;

namespace Aggregator.Tests.Browser;

/// <summary>A real browser, one for a class of tests: Debian's Chromium, driven by Playwright. Tests are skipped where it is missing.</summary>
public sealed class Chromium : IAsyncLifetime
{
    public const string IsMissing = "chromium is not installed (Debian package: chromium)";

    private static readonly string[] Paths = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    // Without the last ones it looks for updates and the like, on a network that may not be there.
    private static readonly string[] Arguments =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update",
        "--disable-sync",
    ];

    private static readonly string? Program = Paths.FirstOrDefault(File.Exists);

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public static bool IsInstalled => Program is not null;

    public async ValueTask InitializeAsync()
    {
        if (Program is not null)
        {
            _playwright = await Playwright.CreateAsync();
            _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = Program, Args = Arguments, Timeout = 120_000 });
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }
        _playwright?.Dispose();
    }

    /// <summary>Opens a page as somebody with these habits would.</summary>
    internal async Task<Visit> OpenAsync(Uri address, BrowserNewContextOptions? habits = null)
    {
        Assert.SkipWhen(_browser is null, IsMissing);
        habits ??= new();
        habits.Locale ??= "en-US";
        habits.TimezoneId ??= "Europe/Berlin";
        habits.ViewportSize ??= new() { Width = 1440, Height = 1000 };
        IBrowserContext context = await _browser.NewContextAsync(habits);
        context.SetDefaultTimeout(60_000);
        return await Visit.BeginAsync(context, address);
    }
}
