using System.Text.Json.Nodes;
using Aggregator.Core.RemoteWrite;
using Aggregator.Core.Windows;
using Aggregator.Tests.Support;
using Snappier;
using Xunit;

namespace Aggregator.Tests.RemoteWrite;

public sealed class ResultEncoderTests
{
    private static readonly RemoteWriteSettings Settings = new() { Labels = new([new("job", "im"), new("a_label", "z")]) };

    [Fact]
    public void A_window_is_every_gauge_of_the_page_at_its_end_and_a_native_histogram()
    {
        WriteRequest[] requests = Decode(Encode(new(Settings, [["region"]]), WindowBuilder.At(0)
            .Total(online: 5, samples: [7, 120], acks: 8, errors: [("E_OFFLINE", 1)], sent: 10, delivered: 8)
            .Group(0, ["eu"], online: 3).Final));

        Assert.Equal(Expected.Split('\n'), WriteReceiver.Lines(requests));
        Assert.All(requests.SelectMany(request => request.Timeseries), series =>
            Assert.Equal(series.Labels.Select(label => label.Name).Order(StringComparer.Ordinal), series.Labels.Select(label => label.Name)));
    }

    [Fact]
    public async Task They_are_the_samples_of_the_page()
    {
        string[][] groups = [["region"], ["region", "appVersion"]];
        WindowBuilder window = WindowBuilder.At(0).Total(online: 5, samples: [7, 5_000_000], errors: [("E", 2)], sent: 3, delivered: 1)
            .Group(0, ["eu"], online: 3, errors: [("E", 2)]).Group(1, ["eu", ""], online: 3, samples: [7]);

        IEnumerable<string> lines = WriteReceiver.Lines(Decode(Encode(new(new() { NativeHistograms = false }, groups), window.Final)));

        Assert.Equal(await PageSamples.OfAsync([window], groups), lines.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_series_that_the_next_window_lacks_ends_before_it_is_stretched()
    {
        ResultEncoder encoder = new(new(), [["region"]]);
        Encode(encoder, WindowBuilder.At(0).Total(online: 1, samples: [5], sent: 1).Group(0, ["eu"], online: 1, errors: [("E", 1)]).Final);

        string[] lines = Lines(Encode(encoder, WindowBuilder.At(1).Total(online: 2).Final));

        long end = WindowBuilder.At(1).Window.EndMs - 1;
        Assert.Equal(
            [
                "__name__=im_delivery_ratio", "__name__=im_delivery_ratio_lower", "__name__=im_delivery_ratio_upper", "__name__=im_latency_max_seconds", "__name__=im_latency_mean_seconds",
                "__name__=im_latency_p50_seconds", "__name__=im_latency_p95_seconds", "__name__=im_latency_p99_seconds", "__name__=im_latency_seconds",
                "__name__=im_online_users_by_region,region=eu", "__name__=im_window_ack_errors_by_region,code=E,region=eu", "__name__=im_window_acks_by_region,region=eu",
                "__name__=im_window_delivered_messages_by_region,region=eu", "__name__=im_window_received_messages_by_region,region=eu",
                "__name__=im_window_sent_messages_by_region,region=eu",
            ],
            lines.Where(line => line.EndsWith($"@{end} stale", StringComparison.Ordinal)).Select(line => line.Split('@')[0]).Order(StringComparer.Ordinal));
        Assert.Contains($"__name__=im_online_users@{end + 1} 2", lines);
        Assert.DoesNotContain(Lines(Encode(encoder, WindowBuilder.At(2).Total(online: 2).Final)), line => line.EndsWith(" stale", StringComparison.Ordinal));
    }

    [Fact]
    public void Where_windows_are_missing_every_series_ends_and_begins_anew()
    {
        ResultEncoder encoder = new(new() { NativeHistograms = false }, []);
        Encode(encoder, WindowBuilder.At(0).Total(online: 1).Activity);

        string[] lines = Lines(Encode(encoder, WindowBuilder.At(5_000).Total(online: 2).Activity));

        long gap = WindowBuilder.At(1).Window.EndMs - 1;
        Assert.Equal(
            [
                $"__name__=im_window_end_timestamp_seconds,result=activity@{gap} stale",
                $"__name__=im_window_end_timestamp_seconds,result=activity@{WindowBuilder.At(5_000).Window.EndMs} {WindowBuilder.At(5_000).Window.EndMs / 1000}",
                $"__name__=im_online_users@{gap} stale", $"__name__=im_online_users@{WindowBuilder.At(5_000).Window.EndMs} 2",
            ],
            lines.Take(4));
    }

    [Fact]
    public void At_the_end_every_series_ends()
    {
        ResultEncoder encoder = new(new(), []);
        int series = Lines(Encode(encoder, WindowBuilder.At(0).Total(online: 1, samples: [5], sent: 1).Final)).Length;

        string[] lines = Lines([.. encoder.End()]);

        Assert.Equal(series, lines.Length);
        Assert.All(lines, line => Assert.EndsWith($"@{WindowBuilder.At(1).Window.EndMs - 1} stale", line, StringComparison.Ordinal));
    }

    [Fact]
    public void What_was_given_before_is_passed_over()
    {
        ResultEncoder encoder = new(new(), []);
        Encode(encoder, WindowBuilder.At(1).Total(online: 1, sent: 1).Final);

        Assert.Empty(Encode(encoder, WindowBuilder.At(0).Total(online: 1, sent: 1).Final));
        Assert.Empty(Encode(encoder, WindowBuilder.At(1).Total(online: 1, sent: 1).Final));
        Assert.NotEmpty(Encode(encoder, WindowBuilder.At(2).Total(online: 1, sent: 1).Final));
    }

    [Fact]
    public void Requests_have_no_more_samples_than_they_may_and_keep_the_order_of_each_series()
    {
        ResultEncoder encoder = new(new() { MaxSamplesPerSend = 7 }, []);
        List<WriteBody> bodies = [];
        for (int minute = 0; minute < 50; minute++)
        {
            // every other window lacks the latency
            bodies.AddRange(encoder.Add(WindowBuilder.At(minute).Total(online: minute, samples: minute % 2 == 0 ? [5] : [], sent: 1).Final));
        }
        bodies.AddRange(encoder.End());
        WriteRequest[] requests = Decode([.. bodies]);

        Assert.All(bodies, body => Assert.InRange(body.Samples, 1, 7));
        Assert.Equal(bodies.Sum(body => body.Samples), WriteReceiver.Lines(requests).Count());
        Assert.All(WriteReceiver.Lines(requests).GroupBy(line => line.Split('@')[0]), series =>
        {
            long[] times = [.. series.Select(line => long.Parse(line.Split('@')[1].Split(' ')[0]))];
            Assert.Equal(times.Distinct().Order(), times);
        });
    }

    [Fact]
    public void What_was_saved_knows_which_series_end()
    {
        WindowBuilder first = WindowBuilder.At(0).Total(online: 1, samples: [5], sent: 1).Group(0, ["a,\"b"], online: 1);
        WindowBuilder second = WindowBuilder.At(1).Total(online: 2);
        ResultEncoder undisturbed = new(new(), [["region"]]);
        Encode(undisturbed, first.Final);
        JsonNode saved = JsonNode.Parse(undisturbed.State.ToJson().ToJsonString())!;
        ResultEncoder goneOn = new(new(), [["region"]]);
        goneOn.State.Read(saved.AsArray());

        Assert.Equal(Lines(Encode(undisturbed, second.Final)).Order(StringComparer.Ordinal), Lines(Encode(goneOn, second.Final)).Order(StringComparer.Ordinal));
    }

    private static WriteBody[] Encode(ResultEncoder encoder, FinalResults results) => [.. encoder.Add(results), .. encoder.Flush()];

    private static WriteRequest[] Decode(WriteBody[] bodies) => [.. bodies.Select(body => WriteRequest.Parser.ParseFrom(Snappy.DecompressToArray(body.Content)))];

    private static string[] Lines(WriteBody[] bodies) => [.. WriteReceiver.Lines(Decode(bodies))];

    private const string Expected = """
        __name__=im_window_end_timestamp_seconds,a_label=z,job=im,result=activity@1712345700000 1712345700
        __name__=im_online_users,a_label=z,job=im@1712345700000 5
        __name__=im_window_received_messages,a_label=z,job=im@1712345700000 2
        __name__=im_latency_p50_seconds,a_label=z,job=im@1712345700000 0.007
        __name__=im_latency_p95_seconds,a_label=z,job=im@1712345700000 0.12
        __name__=im_latency_p99_seconds,a_label=z,job=im@1712345700000 0.12
        __name__=im_latency_mean_seconds,a_label=z,job=im@1712345700000 0.0635
        __name__=im_latency_max_seconds,a_label=z,job=im@1712345700000 0.12
        __name__=im_window_acks,a_label=z,job=im@1712345700000 8
        __name__=im_window_ack_errors,a_label=z,code=E_OFFLINE,job=im@1712345700000 1
        __name__=im_online_users_by_region,a_label=z,job=im,region=eu@1712345700000 3
        __name__=im_window_received_messages_by_region,a_label=z,job=im,region=eu@1712345700000 0
        __name__=im_window_acks_by_region,a_label=z,job=im,region=eu@1712345700000 0
        __name__=im_window_end_timestamp_seconds,a_label=z,job=im,result=delivery@1712345700000 1712345700
        __name__=im_window_sent_messages,a_label=z,job=im@1712345700000 10
        __name__=im_window_delivered_messages,a_label=z,job=im@1712345700000 8
        __name__=im_delivery_ratio,a_label=z,job=im@1712345700000 0.8
        __name__=im_delivery_ratio_lower,a_label=z,job=im@1712345700000 0.497225504
        __name__=im_delivery_ratio_upper,a_label=z,job=im@1712345700000 0.955940586
        __name__=im_window_sent_messages_by_region,a_label=z,job=im,region=eu@1712345700000 0
        __name__=im_window_delivered_messages_by_region,a_label=z,job=im,region=eu@1712345700000 0
        __name__=im_latency_seconds,a_label=z,job=im@1712345700000 2 in 0.127
        """;
}
