using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.RegularExpressions;
using Aggregator.Tests.Support;
using Xunit;

namespace Aggregator.Tests.Web;

/// <summary>The files of the page: they are served, in both languages, and their colours can be read.</summary>
public sealed partial class PageFilesTests
{
    private const string Root = "Aggregator.Host/wwwroot/";

    private static CancellationToken Aborted => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Everything_that_the_page_names_is_served_from_here_and_nothing_is_inline()
    {
        await using WebFixture web = await WebFixture.StartAsync(Aborted);
        string html = await web.Client.GetStringAsync("/", Aborted);
        string[] files = [.. Sources().Matches(html).Select(match => match.Groups[1].Value).Where(file => file.Contains('.', StringComparison.Ordinal))];

        Assert.Contains("_content/Vizor.ECharts/js/vizor-echarts-bundle-min.js", files);
        foreach (string file in files.Concat(Files(".js").Select(path => path[Root.Length..])).Append("texts.json").Distinct())
        {
            using HttpResponseMessage answer = await web.Client.GetAsync(file, Aborted);
            Assert.True(answer.IsSuccessStatusCode, $"{file}: {answer.StatusCode}");
        }
        Assert.DoesNotMatch(Inline(), html);
    }

    [Fact]
    public async Task Answers_forbid_what_the_page_does_not_need()
    {
        await using WebFixture web = await WebFixture.StartAsync(Aborted);
        foreach (string path in new[] { "/", "/metrics", "/api/status", "/page.css", "/nothing-here", "/docs/operations" })
        {
            using HttpResponseMessage answer = await web.Client.GetAsync(path, Aborted);

            Assert.Equal(
                "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
                Assert.Single(answer.Headers.GetValues("Content-Security-Policy")));
            Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
            Assert.Equal("no-referrer", Assert.Single(answer.Headers.GetValues("Referrer-Policy")));
            Assert.Equal("same-origin", Assert.Single(answer.Headers.GetValues("Cross-Origin-Resource-Policy")));
        }
    }

    [Fact]
    public async Task The_chart_library_is_compressed_and_asked_for_again_only_when_it_changed()
    {
        const string Library = "/_content/Vizor.ECharts/js/vizor-echarts-bundle-min.js";
        await using WebFixture web = await WebFixture.StartAsync(Aborted);
        using HttpRequestMessage request = new(HttpMethod.Get, Library);
        request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("gzip"));
        using HttpResponseMessage first = await web.Client.SendAsync(request, Aborted);
        using HttpRequestMessage again = new(HttpMethod.Get, Library);
        again.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("gzip"));
        again.Headers.IfNoneMatch.Add(first.Headers.ETag!);

        using HttpResponseMessage second = await web.Client.SendAsync(again, Aborted);

        Assert.Equal("gzip", Assert.Single(first.Content.Headers.ContentEncoding));
        Assert.InRange((await first.Content.ReadAsByteArrayAsync(Aborted)).Length, 100_000, 500_000);
        Assert.Equal(HttpStatusCode.NotModified, second.StatusCode);
    }

    [Fact]
    public void Every_text_is_there_in_both_languages_with_the_same_placeholders()
    {
        Dictionary<string, Dictionary<string, string>> texts = Texts();

        Assert.NotEmpty(texts);
        Assert.All(texts, text =>
        {
            Assert.Equal(["en", "zh"], text.Value.Keys.Order(StringComparer.Ordinal));
            Assert.DoesNotContain(text.Value.Values, string.IsNullOrWhiteSpace);
            Assert.Equal(Placeholders(text.Value["en"]), Placeholders(text.Value["zh"]));
        });
    }

    [Fact]
    public void Every_text_that_is_used_exists_and_every_one_that_exists_is_used()
    {
        Dictionary<string, Dictionary<string, string>> texts = Texts();
        string sources = string.Concat(Files(".js").Append(Root + "index.html").Select(RepositoryTree.Read));

        string[] used = [.. UsedTexts().Matches(sources).Select(match => match.Groups[1].Value).Distinct()];

        Assert.Contains("skip", used);
        Assert.Contains("noAnswer", used);
        Assert.DoesNotContain(used, key => !texts.ContainsKey(key));
        // some keys are put together or stand in lists; as a word they must occur somewhere
        Assert.DoesNotContain(texts.Keys, key => !key.StartsWith("why_", StringComparison.Ordinal) && !Regex.IsMatch(sources, $@"['""]{Regex.Escape(key)}['""]"));
    }

    [Fact]
    public void Every_reason_of_the_runbook_is_known_in_chinese()
    {
        JsonElement[] reasons = [.. JsonDocument.Parse(RepositoryTree.Read(Root + "texts.json")).RootElement.GetProperty("reasons").EnumerateArray()];
        string[] documented =
        [
            "Kafka at host:9092 has not answered yet", "Kafka at host:9092 does not answer: refused", "topic ack does not exist", "topic ack may not be read: no authorization",
            "no partitions are assigned: waiting for group aggregator", "only 1 of 8 partitions are assigned: another member of group g holds the others",
            "standing by: member m of group g is at work", "start offsets are not known yet: timed out", "reading what was written before the start: 12 records to go",
            "the Kafka consumer is being replaced: fenced", "starting",
        ];

        Assert.All(documented, reason => Assert.Contains(reasons, known => Regex.IsMatch(reason, known.GetProperty("match").GetString()!)));
        Assert.All(reasons, known => Assert.False(string.IsNullOrWhiteSpace(known.GetProperty("zh").GetString())));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Text_stands_out_from_its_ground(bool isDark)
    {
        string css = RepositoryTree.Read(Root + "page.css");
        string[] blocks = [.. RootBlocks().Matches(css).Select(match => match.Value)];
        Dictionary<string, string> colours = Colours().Matches(blocks[isDark ? 1 : 0]).ToDictionary(match => match.Groups[1].Value, match => match.Groups[2].Value);
        (string Text, string Ground, double Least)[] pairs =
        [
            .. new[] { "ground", "card", "raised" }.SelectMany(ground => new[] { ("ink", ground, 7.0), ("soft", ground, 4.5), ("link", ground, 4.5) }),
            .. new[] { "good", "warn", "bad", "calm" }.SelectMany(state => new[] { (state, state + "-ground", 4.5), ("ink", state + "-ground", 4.5) }),
            ("bad", "card", 4.5),
            // Graphics, of which WCAG 1.4.11 asks for 3:1.
            .. Enumerable.Range(1, 8).Select(number => ($"series-{number}", "card", 3.0)),
        ];

        Assert.All(pairs, pair =>
        {
            double contrast = Contrast(colours[pair.Text], colours[pair.Ground]);
            Assert.True(contrast >= pair.Least, $"{pair.Text} on {pair.Ground}: {contrast:0.00}:1, at least {pair.Least}:1");
        });
        Assert.Equal(21, Contrast("#000000", "#ffffff"), 3);
    }

    /// <summary>WCAG 2.2: relative luminance and contrast ratio.</summary>
    private static double Contrast(string one, string other)
    {
        double[] luminances = [.. new[] { one, other }.Select(Luminance).Order()];
        return (luminances[1] + 0.05) / (luminances[0] + 0.05);
    }

    private static double Luminance(string colour)
    {
        double[] channels = [.. Enumerable.Range(0, 3).Select(i => int.Parse(colour.AsSpan(1 + (2 * i), 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture) / 255.0)
            .Select(channel => channel <= 0.04045 ? channel / 12.92 : Math.Pow((channel + 0.055) / 1.055, 2.4))];
        return (0.2126 * channels[0]) + (0.7152 * channels[1]) + (0.0722 * channels[2]);
    }

    private static Dictionary<string, Dictionary<string, string>> Texts() =>
        JsonDocument.Parse(RepositoryTree.Read(Root + "texts.json")).RootElement.GetProperty("texts").Deserialize<Dictionary<string, Dictionary<string, string>>>()!;

    private static IEnumerable<string> Placeholders(string text) => Placeholder().Matches(text).Select(match => match.Value).Order(StringComparer.Ordinal);

    private static IEnumerable<string> Files(string ending) => RepositoryTree.Files(ending).Where(path => path.StartsWith(Root, StringComparison.Ordinal));

    [GeneratedRegex(@"(?:src|href)=""([^""#]+)""")]
    private static partial Regex Sources();

    [GeneratedRegex(@"<style|<script(?![^>]*\ssrc=)|\son\w+=|\sstyle=|javascript:", RegexOptions.IgnoreCase)]
    private static partial Regex Inline();

    [GeneratedRegex(@"(?:(?<![\w.])text\(|data-text=|data-label=|tile\()['""](\w+)['""]")]
    private static partial Regex UsedTexts();

    [GeneratedRegex(@"\{\w+\}")]
    private static partial Regex Placeholder();

    [GeneratedRegex(@":root \{[^}]*\}")]
    private static partial Regex RootBlocks();

    [GeneratedRegex(@"--([\w-]+): (#[0-9a-f]{6});")]
    private static partial Regex Colours();
}
