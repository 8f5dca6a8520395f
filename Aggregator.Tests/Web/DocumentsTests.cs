using System.Net;
using System.Text.RegularExpressions;
using Aggregator.Host.Web;
using Aggregator.Tests.Support;
using Xunit;

namespace Aggregator.Tests.Web;

public sealed partial class DocumentsTests
{
    private static CancellationToken Aborted => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_runbook_is_served_by_the_service_itself()
    {
        await using WebFixture web = await WebFixture.StartAsync(Aborted);

        string html = await web.Client.GetStringAsync("/docs/operations", Aborted);

        Assert.Contains("<h1 id=\"at-3-am\">At 3 a.m.</h1>", html, StringComparison.Ordinal);
        Assert.Contains("href=\"../page.css\"", html, StringComparison.Ordinal);
        Assert.Equal(html, await web.Client.GetStringAsync("/docs/operations.md", Aborted));
    }

    [Fact]
    public async Task Every_document_is_there_and_every_link_within_them_leads_somewhere()
    {
        await using WebFixture web = await WebFixture.StartAsync(Aborted);
        string list = await web.Client.GetStringAsync("/docs/", Aborted);

        Assert.Equal(
            RepositoryTree.Files(".md").Where(path => path.StartsWith("docs/", StringComparison.Ordinal)).Select(path => path["docs/".Length..^3]).Order(StringComparer.Ordinal),
            Documents.All);
        foreach (string name in Documents.All)
        {
            Assert.Contains($"<a href=\"{name}\">", list, StringComparison.Ordinal);
            Uri page = new(web.Address, "/docs/" + name);
            string html = await web.Client.GetStringAsync(page, Aborted);
            foreach (string target in Links().Matches(html).Select(match => match.Groups[1].Value).Where(target => !target.Contains("://", StringComparison.Ordinal)).Distinct())
            {
                Uri address = new(page, WebUtility.HtmlDecode(target).Split('#')[0]);
                using HttpResponseMessage answer = await web.Client.GetAsync(address, Aborted);
                Assert.True(answer.IsSuccessStatusCode, $"docs/{name}: {target}");
            }
        }
    }

    [Theory]
    [InlineData("/docs/nothing")]
    [InlineData("/docs/../README.md")]
    [InlineData("/docs/%2e%2e/README.md")]
    public async Task What_is_no_document_is_not_served(string path)
    {
        await using WebFixture web = await WebFixture.StartAsync(Aborted);

        using HttpResponseMessage answer = await web.Client.GetAsync(path, Aborted);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [GeneratedRegex(@"<a href=""([^""]+)""")]
    private static partial Regex Links();
}
