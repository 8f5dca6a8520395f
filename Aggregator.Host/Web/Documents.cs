using System.Net;
using System.Reflection;
using Markdig;
using Markdig.Renderers;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace Aggregator.Host.Web;

/// <summary>
/// The documents of <c>docs/</c>, runbooks among them, as the program carries them: <c>/docs/operations</c>. So they fit the version that runs, and
/// are there when nothing else is.
/// </summary>
public static class Documents
{
    private const string Folder = "docs/";
    private const string Ending = ".md";

    private static readonly Assembly Program = typeof(Documents).Assembly;

    // No markup of its own passes through; headings get anchors as on GitHub, so that links within documents lead there.
    private static readonly MarkdownPipeline Pipeline =
        new MarkdownPipelineBuilder().UsePipeTables().UseAutoIdentifiers(Markdig.Extensions.AutoIdentifiers.AutoIdentifierOptions.GitHub).DisableHtml().Build();

    /// <summary>Paths below <c>docs/</c>, without their ending, in order.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        .. Program.GetManifestResourceNames().Where(name => name.StartsWith(Folder, StringComparison.Ordinal) && name.EndsWith(Ending, StringComparison.Ordinal))
            .Select(name => name[Folder.Length..^Ending.Length].Replace('\\', '/')).Order(StringComparer.Ordinal),
    ];

    public static void Map(IEndpointRouteBuilder routes) => routes.MapMethods("/docs/{**path}", [HttpMethods.Get, HttpMethods.Head], (HttpContext context, string? path) =>
    {
        string name = path is null or "" ? "" : path.EndsWith(Ending, StringComparison.Ordinal) ? path[..^Ending.Length] : path;
        return name.Length == 0 ? Page("Documents", List(), 1)
            : All.Contains(name, StringComparer.Ordinal) ? Page(name, Render(name), 1 + name.Count(letter => letter == '/'))
            : Results.NotFound();
    }).ExcludeFromDescription();

    internal static string Render(string name)
    {
        using StreamReader reader = new(Program.GetManifestResourceStream(Folder + name + Ending)!);
        MarkdownDocument document = Markdown.Parse(reader.ReadToEnd(), Pipeline);
        foreach (LinkInline link in document.Descendants<LinkInline>().ToArray())
        {
            if (!LeadsSomewhere(name, link))
            {
                ReplaceByItsText(link);
            }
        }
        using StringWriter html = new();
        HtmlRenderer renderer = new(html);
        Pipeline.Setup(renderer);
        renderer.Render(document);
        return html.ToString();
    }

    /// <summary>What lies in the repository but not in the program, code and pictures for two, cannot be followed from here.</summary>
    private static bool LeadsSomewhere(string name, LinkInline link)
    {
        if (link.IsImage || link.Url is not { Length: > 0 } url)
        {
            return false;
        }
        if (url.StartsWith('#') || url.Contains("://", StringComparison.Ordinal))
        {
            return true;
        }
        string target = new Uri(new Uri("file:///docs/" + name), url.Split('#')[0]).AbsolutePath;
        return target.StartsWith("/docs/", StringComparison.Ordinal) && target.EndsWith(Ending, StringComparison.Ordinal)
            && All.Contains(Uri.UnescapeDataString(target["/docs/".Length..^Ending.Length]), StringComparer.Ordinal);
    }

    private static void ReplaceByItsText(LinkInline link)
    {
        while (link.FirstChild is { } child)
        {
            child.Remove();
            link.InsertBefore(child);
        }
        link.Remove();
    }

    private static string List() => "<h1>Documents</h1>\n<ul>\n"
        + string.Concat(All.Select(name => $"<li><a href=\"{WebUtility.HtmlEncode(name)}\">{WebUtility.HtmlEncode(name)}</a></li>\n")) + "</ul>\n";

    /// <param name="title">The title, no markup.</param>
    /// <param name="body">The content, markup.</param>
    /// <param name="depth">How many folders up the page at <c>/</c> is; addresses are relative for the sake of reverse proxies.</param>
    private static IResult Page(string title, string body, int depth)
    {
        string root = string.Concat(Enumerable.Repeat("../", depth));
        return Results.Content($"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>{WebUtility.HtmlEncode(title)} – Aggregator</title>
            <link rel="icon" href="{root}favicon.svg" type="image/svg+xml">
            <link rel="stylesheet" href="{root}page.css">
            </head>
            <body>
            <header class="bar"><div class="brand"><img src="{root}favicon.svg" alt="" width="28" height="28"><a href="{root}">Aggregator</a></div><nav><a href="{root}docs/">Documents</a></nav></header>
            <main class="prose">
            {body}
            </main>
            </body>
            </html>

            """, "text/html; charset=utf-8");
    }
}
