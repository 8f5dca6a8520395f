using System.Collections.Concurrent;
using Microsoft.Playwright;
using Xunit;

namespace Aggregator.Tests.Browser;

/// <summary>
/// Somebody looks at the page. Whatever the browser complains of, an error in the console or something that the content security policy forbids, is a failure
/// when the visit ends, unless it was expected.
/// </summary>
internal sealed class Visit : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly ConcurrentQueue<string> _complaints = new();

    private Visit(IBrowserContext context, IPage page)
    {
        _context = context;
        Page = page;
        page.PageError += (_, error) => _complaints.Enqueue($"error: {error}");
        page.Dialog += (_, dialog) => _complaints.Enqueue($"dialog: {dialog.Message}");
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                _complaints.Enqueue($"{message.Type}: {message.Text}");
            }
        };
    }

    public IPage Page { get; }

    /// <summary>Whether the service is away for a while, so that requests fail.</summary>
    public bool ExpectsFailedRequests { get; set; }

    public static async Task<Visit> BeginAsync(IBrowserContext context, Uri address)
    {
        IPage page = await context.NewPageAsync();
        await page.AddInitScriptAsync("addEventListener('securitypolicyviolation', event => console.error('forbidden', event.violatedDirective, event.blockedURI))");
        Visit visit = new(context, page);
        await page.GotoAsync(address.ToString());
        await visit.UpdateAsync();
        return visit;
    }

    /// <summary>Waits until the page has shown what the service said.</summary>
    public Task UpdateAsync() => Page.Locator("html[data-updated]").WaitForAsync(new() { State = WaitForSelectorState.Attached });

    public Task<string> TextAsync(string selector) => Page.Locator(selector).InnerTextAsync();

    /// <summary>Waits until an element has a text.</summary>
    public Task TextAsync(string selector, string part) =>
        Page.Locator(selector).Filter(new() { HasText = part }).First.WaitForAsync();

    /// <summary>Whether a picture was drawn: some pixels of the chart have another colour than the others.</summary>
    public Task<bool> IsDrawnAsync(string chart) => Page.EvaluateAsync<bool>(
        """
        id => {
          const canvas = document.querySelector(`#${id}-chart canvas`);
          if (!canvas) { return false; }
          const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
          return pixels.some((value, index) => index % 4 === 3 && value > 0);
        }
        """, chart);

    public async ValueTask DisposeAsync()
    {
        await _context.DisposeAsync();
        Assert.DoesNotContain(_complaints, complaint => !(ExpectsFailedRequests && complaint.Contains("Failed to load resource", StringComparison.Ordinal)));
    }
}
