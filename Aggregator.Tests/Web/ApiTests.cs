using System.Globalization;
using System.Net;
using System.Text.Json;
using Aggregator.Core.Diagnostics;
using Aggregator.Core.Records;
using Aggregator.Core.Windows;
using Aggregator.Host.Settings;
using Aggregator.Host.Web;
using Aggregator.Tests.Support;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Aggregator.Tests.Web;

/// <summary>The JSON beneath the page, as curl gets it.</summary>
public sealed class ApiTests
{
    private const long Start = WindowBuilder.Start;

    private readonly FakeTimeProvider _time = new(DateTimeOffset.FromUnixTimeMilliseconds(Start + 200_000));

    private static CancellationToken Aborted => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Windows_have_the_names_of_result_lines()
    {
        await using WebFixture web = await StartAsync();
        await web.Metrics.PublishAsync(WindowBuilder.At(0)
            .Total(online: 5, samples: [49, 49, 120], acks: 8, errors: [("E_OFFLINE", 1)], sent: 10, delivered: 8).Final);
        await web.Metrics.PublishAsync(WindowBuilder.At(1).Total(online: 6).Activity);

        JsonElement windows = (await GetAsync(web, "/api/windows")).GetProperty("windows");

        Assert.Equal(
            """{"window_start":1712345640000,"window_ms":60000,"group":{},"online_users":5,"received":3,"latency_ms":{"p50":49,"p95":120,"p99":120,"mean":72.66666666666667,"max":120},"acks":8,"ack_errors":{"E_OFFLINE":1},"sent":10,"delivered":8,"delivery_ratio":0.8,"delivery_ratio_lower":LOWER,"delivery_ratio_upper":UPPER,"final":true}"""
                .Replace("LOWER", JeffreysInterval.Lower(8, 10).ToString("R", CultureInfo.InvariantCulture), StringComparison.Ordinal)
                .Replace("UPPER", JeffreysInterval.Upper(8, 10).ToString("R", CultureInfo.InvariantCulture), StringComparison.Ordinal),
            windows[0].GetRawText());
        Assert.Equal(
            """{"window_start":1712345700000,"window_ms":60000,"group":{},"online_users":6,"received":0,"acks":0,"ack_errors":{},"final":false}""",
            windows[1].GetRawText());
    }

    [Fact]
    public async Task A_cursor_brings_what_is_new_and_one_of_an_earlier_run_brings_everything()
    {
        await using WebFixture web = await StartAsync();
        await web.Metrics.PublishAsync(WindowBuilder.At(0).Total(online: 5).Final);
        string cursor = (await GetAsync(web, "/api/windows")).GetProperty("cursor").GetString()!;
        await web.Metrics.PublishAsync(WindowBuilder.At(1).Total(online: 6).Final);

        Assert.Equal([6], Users(await GetAsync(web, $"/api/windows?after={cursor}")));
        Assert.Equal([5, 6], Users(await GetAsync(web, $"/api/windows?after=1{cursor}")));
        Assert.Equal([5, 6], Users(await GetAsync(web, "/api/windows?after=nonsense")));
        Assert.Equal([6], Users(await GetAsync(web, "/api/windows?limit=1")));
    }

    [Fact]
    public async Task A_dimension_set_has_its_largest_groups()
    {
        await using WebFixture web = await StartAsync([["region"], ["region", "platform"]]);
        await web.Metrics.PublishAsync(WindowBuilder.At(0).Total(online: 9, received: 9)
            .Group(0, ["eu"], online: 3, received: 3).Group(0, ["us"], online: 1, received: 1).Group(1, ["eu", "ios"], online: 2, received: 3).Final);

        JsonElement top = await GetAsync(web, "/api/windows?group=region&top=1");

        Assert.Equal("""{"region":"eu"}""", Assert.Single(top.GetProperty("windows").EnumerateArray()).GetProperty("group").GetRawText());
        Assert.Equal(1, top.GetProperty("groups_left_out").GetInt32());
        Assert.Equal([3, 1], Users(await GetAsync(web, "/api/windows?group=region")));
        Assert.Equal([2], Users(await GetAsync(web, "/api/windows?group=region,platform")));
    }

    [Theory]
    [InlineData("group=node", "group is 'node', none of the dimension sets: 'region'; leave it out for the total")]
    [InlineData("limit=0", "limit is 0; 1 to 1440 windows can be asked for")]
    [InlineData("limit=1441", "limit is 1441; 1 to 1440 windows can be asked for")]
    [InlineData("top=51", "top is 51; 1 to 50 groups can be asked for")]
    [InlineData("limit=all", "limit and top are whole numbers")]
    [InlineData("group=region&top=1.5", "limit and top are whole numbers")]
    public async Task A_question_that_cannot_be_answered_is_told_why(string query, string problem)
    {
        await using WebFixture web = await StartAsync([["region"]]);

        using HttpResponseMessage answer = await web.Client.GetAsync($"/api/windows?{query}", Aborted);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal(problem, JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Aborted)).RootElement.GetProperty("detail").GetString());
    }

    [Fact]
    public async Task Partitions_of_others_are_there_too_and_a_reject_is_told_without_its_content()
    {
        await using WebFixture web = await StartAsync();
        web.Metrics.Status.TopicPartitions = new Dictionary<string, int> { ["ack"] = 2, ["im-latency"] = 1 };
        web.Metrics.Status.LostRecords[("ack", 1)] = new Counter();
        web.Metrics.Status.LostRecords[("ack", 1)].Add(7);
        web.Metrics.Status.Partitions =
        [
            new("ack", 1, 100, 150, Start, Idle: false, Rejected: 2, Late: 3) { LastRejected = new(99, "malformed") },
            new("im-latency", 0, -1, -1, null, Idle: true, Rejected: 0, Late: 0),
        ];

        JsonElement answer = await GetAsync(web, "/api/partitions");

        Assert.Equal(
            """{"assigned":2,"total":3,"partitions":[{"topic":"ack","partition":0,"assigned":false,"late":0,"rejected":0,"lost":0},{"topic":"ack","partition":1,"assigned":true,"offset":100,"end_offset":150,"lag":50,"watermark_ms":1712345640000,"idle":false,"late":3,"rejected":2,"lost":7,"last_reject":{"offset":99,"reason":"malformed"}},{"topic":"im-latency","partition":0,"assigned":true,"idle":true,"late":0,"rejected":0,"lost":0}]}""",
            answer.GetRawText());
    }

    [Fact]
    public async Task An_open_window_names_the_partitions_that_hold_it()
    {
        await using WebFixture web = await StartAsync();
        web.Metrics.Status.OpenWindows.Value = 2;
        web.Metrics.Status.WatermarkMs.Value = Start + 61_000;
        web.Metrics.Status.OpenWindowList = [new(Start, Start + 60_000, ActivityIsFinal: true), new(Start + 60_000, Start + 120_000, ActivityIsFinal: false)];
        web.Metrics.Status.Partitions =
        [
            new("ack", 0, 1, 1, Start + 61_000, Idle: false, Rejected: 0, Late: 0),
            new("ack", 1, 1, 1, Start + 130_000, Idle: false, Rejected: 0, Late: 0),
            new("im-latency", 0, 1, 1, Start, Idle: true, Rejected: 0, Late: 0),
            new("im-latency", 1, 1, 1, null, Idle: false, Rejected: 0, Late: 0),
        ];

        JsonElement[] windows = [.. (await GetAsync(web, "/api/open-windows")).GetProperty("windows").EnumerateArray()];

        Assert.Equal(
            """{"window_start":1712345640000,"window_ms":60000,"waits_for":"delivery","needed_watermark_ms":1712345760000,"held_by_count":2,"held_by":[{"topic":"im-latency","partition":1},{"topic":"ack","partition":0,"watermark_ms":1712345701000}]}""",
            windows[0].GetRawText());
        Assert.Equal("activity", windows[1].GetProperty("waits_for").GetString());
        Assert.Equal(Start + 120_000, windows[1].GetProperty("needed_watermark_ms").GetInt64());
    }

    [Fact]
    public async Task Status_counts_what_counts_nowhere_and_leaves_out_zeros()
    {
        await using WebFixture web = await StartAsync([["region"]]);
        web.Metrics.Status.NotReadyReason = null;
        web.Metrics.Counters.CountRecords(RecordTopic.Ack, 12);
        web.Metrics.Counters.CountRejected(RecordTopic.Ack, RejectReason.Malformed);
        await web.Metrics.PublishAsync(WindowBuilder.At(1).Total(online: 1).Final);

        JsonElement status = await GetAsync(web, "/api/status");

        Assert.True(status.GetProperty("ready").GetBoolean());
        Assert.False(status.TryGetProperty("explanation", out _));
        Assert.Equal("""{"im-latency":0,"ack":12}""", status.GetProperty("records").GetRawText());
        Assert.Equal("""{"malformed":1}""", status.GetProperty("rejected").GetRawText());
        Assert.Equal("{}", status.GetProperty("late").GetRawText());
        Assert.Equal("""[["region"]]""", status.GetProperty("groups").GetRawText());
        Assert.Equal(Start + 120_000, status.GetProperty("delivery_final_ms").GetInt64());
        Assert.Equal("1.2.3", status.GetProperty("version").GetString());
    }

    [Fact]
    public async Task It_explains_why_there_is_nothing_to_see()
    {
        await using WebFixture web = await StartAsync();
        ServiceStatus status = web.Metrics.Status;
        status.NotReadyReason = "Kafka at host:9092 has not answered yet";
        Assert.Equal(("not_ready", "Kafka at host:9092 has not answered yet"), await ExplanationAsync(web));

        status.NotReadyReason = null;
        Assert.Equal(("no_records", "No record has come since the start: im-latency and ack are read to their ends."), await ExplanationAsync(web));

        web.Metrics.Counters.CountRecords(RecordTopic.Latency, 2);
        web.Metrics.Counters.CountRejected(RecordTopic.Latency, RejectReason.BadTimestamp);
        web.Metrics.Counters.CountRejected(RecordTopic.Latency, RejectReason.BadTimestamp);
        Assert.Equal(("all_rejected", "All of 2 records were rejected, most of them as bad_timestamp."), await ExplanationAsync(web));

        web.Metrics.Counters.CountRecords(RecordTopic.Latency, 1_998);
        Assert.Equal(("waiting", "2,000 records were read; no window is over yet."), await ExplanationAsync(web));

        status.OpenWindowList = [new(Start, Start + 60_000, ActivityIsFinal: false)];
        status.Partitions = [new("ack", 2, 1, 1, Start + 5_000, Idle: false, Rejected: 0, Late: 0)];
        Assert.Equal(
            ("waiting", "2,000 records were read; the window that began at 19:34:00 UTC is final when every partition has passed 19:35:00 UTC; ack[2] is furthest behind."),
            await ExplanationAsync(web));
    }

    [Fact]
    public async Task It_explains_why_there_is_nothing_new()
    {
        await using WebFixture web = await StartAsync();
        web.Metrics.Status.NotReadyReason = null;
        await web.Metrics.PublishAsync(WindowBuilder.At(0).Total(online: 1).Final);
        Assert.Null(await ExplanationAsync(web));

        // 3 windows, the lateness of 10 s and the idle time-out of 15 s after the end of the window, and a millisecond
        _time.SetUtcNow(DateTimeOffset.FromUnixTimeMilliseconds(Start + 60_000 + 205_001));
        Assert.Equal(("stale", "Nothing new since 19:35:00 UTC: no records of later windows have come."), await ExplanationAsync(web));

        web.Metrics.Status.OpenWindowList = [new(Start + 60_000, Start + 120_000, ActivityIsFinal: false)];
        web.Metrics.Status.Partitions = [new("ack", 2, 1, 1, Start + 70_000, Idle: false, Rejected: 0, Late: 0)];
        Assert.Equal(("stale", "Nothing new since 19:35:00 UTC: ack[2] holds the next window open."), await ExplanationAsync(web));
    }

    [Fact]
    public async Task Settings_come_with_their_source_and_without_secrets()
    {
        SettingsResult settings = SettingsLoader.Load(null, ["Kafka:SecurityProtocol=sasl_ssl", "Kafka:SaslMechanism=PLAIN", "Kafka:SaslUsername=u", "Kafka:SaslPassword=hunter2"],
            new Dictionary<string, string> { ["Kafka__Properties__ssl.key.password"] = "hunter3" });
        await using WebFixture web = await WebFixture.StartAsync(new MetricsFixture(), new WebServerOptions(new(IPAddress.Loopback, 0)), Aborted, values: settings.Settings!.Values);

        string answer = await web.Client.GetStringAsync("/api/settings", Aborted);

        Assert.Contains("""{"name":"Kafka:SaslPassword","value":"***","source":"commandline","where":"--set"}""", answer, StringComparison.Ordinal);
        Assert.Contains("""{"name":"Kafka:Properties:ssl.key.password","value":"***","source":"environment","where":"environment"}""", answer, StringComparison.Ordinal);
        Assert.Contains("""{"name":"Aggregation:Window","value":"00:01:00","source":"default","where":"default"}""", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_address_is_in_the_openapi_document_and_in_the_manual()
    {
        await using WebFixture web = await StartAsync();

        JsonElement document = await GetAsync(web, "/openapi/v1.json");
        string manual = RepositoryTree.Read("docs/api.md");

        string[] paths = [.. document.GetProperty("paths").EnumerateObject().Select(path => path.Name)];
        Assert.Equal(["/api/open-windows", "/api/partitions", "/api/settings", "/api/status", "/api/windows"], paths.Order(StringComparer.Ordinal));
        Assert.DoesNotContain(paths, path => !manual.Contains($"## {path}", StringComparison.Ordinal));
        Assert.Equal(
            ["group", "limit", "top", "after"],
            document.GetProperty("paths").GetProperty("/api/windows").GetProperty("get").GetProperty("parameters").EnumerateArray().Select(parameter => parameter.GetProperty("name").GetString()));
        Assert.Contains("delivery_ratio", document.GetProperty("components").GetProperty("schemas").GetProperty("WindowLine").GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_answer_is_fresh()
    {
        await using WebFixture web = await StartAsync();

        using HttpResponseMessage answer = await web.Client.GetAsync("/api/status", Aborted);

        Assert.Equal("no-store", answer.Headers.CacheControl?.ToString());
        Assert.Equal("application/json; charset=utf-8", answer.Content.Headers.ContentType?.ToString());
    }

    private Task<WebFixture> StartAsync(string[][]? groups = null) =>
        WebFixture.StartAsync(new MetricsFixture(groups), new WebServerOptions(new(IPAddress.Loopback, 0)), Aborted, _time);

    private static async Task<JsonElement> GetAsync(WebFixture web, string path) =>
        JsonDocument.Parse(await web.Client.GetStringAsync(path, Aborted)).RootElement;

    private static IEnumerable<int> Users(JsonElement answer) =>
        answer.GetProperty("windows").EnumerateArray().Select(window => window.GetProperty("online_users").GetInt32());

    private static async Task<(string Code, string Text)?> ExplanationAsync(WebFixture web) =>
        (await GetAsync(web, "/api/status")).TryGetProperty("explanation", out JsonElement explanation)
            ? (explanation.GetProperty("code").GetString()!, explanation.GetProperty("text").GetString()!)
            : null;
}
