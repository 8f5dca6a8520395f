using System.Diagnostics;
using Aggregator.Core.Diagnostics;
using Aggregator.Core.Publishing;
using Aggregator.Core.RemoteWrite;
using Aggregator.Tests.Kafka;
using Aggregator.Tests.Support;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Aggregator.Tests.RemoteWrite;

/// <summary>What becomes of requests when the receiver does everything but take them.</summary>
public sealed class RemoteWriteOutputTests
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    private readonly CapturedLog _log = new();
    private readonly RemoteWriteStatus _status = new();

    private static CancellationToken Aborted => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_request_says_what_it_is_and_who_sends_it()
    {
        await using WriteReceiver receiver = await WriteReceiver.StartAsync();
        await using RemoteWriteOutput output = Create(Settings(receiver) with { Username = "im", Password = "pass:word", Headers = new Dictionary<string, string> { ["X-Scope-OrgID"] = "tenant" } });

        await PublishAsync(output, 0);

        IHeaderDictionary headers = receiver.Headers;
        Assert.Equal(
            ["application/x-protobuf", "snappy", "0.1.0", "aggregator/1.2.3", "Basic aW06cGFzczp3b3Jk", "tenant"],
            new[] { "Content-Type", "Content-Encoding", "X-Prometheus-Remote-Write-Version", "User-Agent", "Authorization", "X-Scope-OrgID" }.Select(name => headers[name].ToString()));
        Assert.Equal(WriteReceiver.Lines(receiver.Requests).Count(), _status.SamplesSent.Value);
        Assert.Equal(WindowBuilder.At(0).Window.EndMs, _status.SentThroughMs.Value);
        Assert.Equal((0, 0, 0), (_status.SamplesWaiting.Value, _status.BytesWaiting.Value, _status.OldestWaitingMs.Value));
    }

    [Fact]
    public async Task A_bearer_token_goes_along()
    {
        await using WriteReceiver receiver = await WriteReceiver.StartAsync();
        await using RemoteWriteOutput output = Create(Settings(receiver) with { BearerToken = "abc.def" });

        await PublishAsync(output, 0);

        Assert.Equal("Bearer abc.def", receiver.Headers.Authorization.ToString());
    }

    [Theory]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(429)]
    public async Task What_may_succeed_later_is_tried_again_until_it_does(int status)
    {
        await using WriteReceiver receiver = await WriteReceiver.StartAsync();
        receiver.Answer = (context, number) => AnswerAsync(context, number < 3 ? status : 204, "not now\n");
        await using RemoteWriteOutput output = Create(Settings(receiver));

        await PublishAsync(output, 0);

        Assert.Equal(4, receiver.Requests.Count);
        Assert.Single(receiver.Requests.Distinct());
        Assert.Equal((3, 0), (_status.Retries.Value, _status.SamplesRejected.Value));
        Assert.Equal(WriteReceiver.Lines(receiver.Requests.Take(1)).Count(), _status.SamplesSent.Value);
        Assert.Single(_log.Lines, line => line.Contains($"{status}: not now", StringComparison.Ordinal));
        Assert.Single(_log.Lines, line => line.Contains("succeeds again", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(429)]
    [InlineData(503)]
    public async Task A_receiver_that_asks_for_a_pause_gets_it(int status)
    {
        await using WriteReceiver receiver = await WriteReceiver.StartAsync();
        List<long> times = [];
        receiver.Answer = (context, number) =>
        {
            times.Add(Stopwatch.GetTimestamp());
            context.Response.Headers.RetryAfter = "1";
            return AnswerAsync(context, number == 0 ? status : 204, "");
        };
        await using RemoteWriteOutput output = Create(Settings(receiver));

        await PublishAsync(output, 0);

        Assert.Equal(2, times.Count);
        // our own wait would have been milliseconds
        Assert.InRange(Stopwatch.GetElapsedTime(times[0], times[1]).TotalSeconds, 0.95, Bound.TotalSeconds);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(404)]
    [InlineData(413)]
    [InlineData(301)]
    public async Task What_is_refused_is_never_sent_again_and_said_once(int status)
    {
        await using WriteReceiver receiver = await WriteReceiver.StartAsync();
        receiver.Answer = (context, number) => AnswerAsync(context, number < 3 ? status : 204, "out of order sample\nsecond line");
        await using RemoteWriteOutput output = Create(Settings(receiver));

        for (int minute = 0; minute < 4; minute++)
        {
            await PublishAsync(output, minute);
        }

        Assert.Equal(4, receiver.Requests.Count);
        Assert.Equal(WriteReceiver.Lines(receiver.Requests.Take(3)).Count(), _status.SamplesRejected.Value);
        Assert.Equal(WriteReceiver.Lines(receiver.Requests.Skip(3)).Count(), _status.SamplesSent.Value);
        Assert.Equal(0, _status.Retries.Value);
        Assert.Single(_log.Lines, line => line.Contains($"{status}: out of order sample second line", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_receiver_that_hangs_is_asked_again()
    {
        await using WriteReceiver receiver = await WriteReceiver.StartAsync();
        receiver.Answer = (context, number) => number == 0 ? Task.Delay(Timeout.Infinite, context.RequestAborted) : AnswerAsync(context, 204, "");
        await using RemoteWriteOutput output = Create(Settings(receiver) with { Timeout = TimeSpan.FromMilliseconds(500) });

        await PublishAsync(output, 0);

        Assert.True(receiver.Requests.Count >= 2);
        Assert.Single(_log.Lines, line => line.Contains("no answer within 0.5 s", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Publishing_does_not_wait_for_a_receiver_that_is_down_and_nothing_is_lost_when_it_comes_back()
    {
        await using WriteReceiver receiver = await WriteReceiver.StartAsync();
        await using RemoteWriteOutput output = Create(Settings(receiver));
        await PublishAsync(output, 0);
        await receiver.CloseAsync();

        for (int minute = 1; minute < 20; minute++)
        {
            await output.PublishAsync(WindowBuilder.At(minute).Total(online: minute).Final, Aborted);
        }
        Task safe = output.WhenSafe();
        Assert.False(safe.IsCompleted);
        Assert.True(_status.SamplesWaiting.Value > 0 && _status.OldestWaitingMs.Value > 0);
        await receiver.OpenAsync();
        await safe.WaitAsync(Bound, Aborted);

        Assert.Equal(
            Enumerable.Range(0, 20).Select(minute => $"__name__=im_online_users@{WindowBuilder.At(minute).Window.EndMs} {minute}"),
            WriteReceiver.Lines(receiver.Requests).Where(line => line.StartsWith("__name__=im_online_users@", StringComparison.Ordinal)));
        Assert.Equal(0, _status.SamplesOverflowed.Value);
    }

    [Fact]
    public async Task A_full_buffer_gives_up_the_oldest_and_counts_them()
    {
        RemoteWriteSettings settings = Settings(PrometheusProcess.FreePort());
        await using RemoteWriteOutput output = Create(settings);
        const int TooMany = 10;
        await output.PublishAsync(WindowBuilder.At(0).Total(online: 1).Activity, Aborted);
        Task first = output.WhenSafe();
        for (int minute = 1; minute < RemoteWriteOutput.MaxRequests + TooMany; minute++)
        {
            await output.PublishAsync(WindowBuilder.At(minute).Total(online: 1).Activity, Aborted);
        }

        await first.WaitAsync(Bound, Aborted);

        Assert.False(output.WhenSafe().IsCompleted);
        // the window's end, users, messages and acknowledgements of each
        Assert.Equal(TooMany * 4, _status.SamplesOverflowed.Value);
        Assert.Equal(RemoteWriteOutput.MaxRequests * 4L, _status.SamplesWaiting.Value);
        Assert.Single(_log.Lines, line => line.Contains("The buffer of remote write is full", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_receiver_without_native_histograms_gets_all_the_rest()
    {
        await using WriteReceiver receiver = await WriteReceiver.StartAsync();
        receiver.Answer = (context, number) => receiver.Requests[number].Timeseries[0].Histograms.Count > 0
            ? AnswerAsync(context, 500, "native histograms are disabled\n")
            : AnswerAsync(context, 204, "");
        await using RemoteWriteOutput output = Create(Settings(receiver));

        for (int minute = 0; minute < 3; minute++)
        {
            await output.PublishAsync(WindowBuilder.At(minute).Total(online: 1, samples: [5]).Final, Aborted);
        }
        await output.WhenSafe().WaitAsync(Bound, Aborted);

        Assert.Equal((3, 0), (_status.HistogramsUnsupported.Value, _status.Retries.Value));
        Assert.Equal(4, receiver.Requests.Count);
        Assert.Equal(WriteReceiver.Lines(receiver.Requests.Where(request => request.Timeseries[0].Histograms.Count == 0)).Count(), _status.SamplesSent.Value);
        Assert.Single(_log.Lines, line => line.Contains("takes no native histograms", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_replay_waits_for_room_and_says_what_was_refused()
    {
        await using WriteReceiver receiver = await WriteReceiver.StartAsync();
        receiver.Answer = (context, number) => AnswerAsync(context, number == 0 ? 400 : 204, "out of bounds");
        await using RemoteWriteOutput output = Create(Settings(receiver) with { MaxSamplesPerSend = 5 }, losesNothing: true);
        await output.PublishAsync(WindowBuilder.At(0).Total(online: 1, sent: 1).Final, Aborted);

        IOException refusal = await Assert.ThrowsAsync<OutputRefusedException>(() => output.CompleteAsync(Aborted).AsTask());

        Assert.Equal(0, _status.SamplesOverflowed.Value);
        // 10 samples of the window and as many ends of series
        Assert.Equal($"{receiver.Url}: 15 samples sent, 5 refused; the line above says why. A Prometheus takes samples of the past only with "
            + "storage.tsdb.out_of_order_time_window in its configuration, and none that is there with another value", refusal.Message);
    }

    [Fact]
    public async Task Stopping_does_not_wait_for_a_receiver_that_hangs()
    {
        await using WriteReceiver receiver = await WriteReceiver.StartAsync();
        TaskCompletionSource asked = new();
        receiver.Answer = (context, _) =>
        {
            asked.TrySetResult();
            return Task.Delay(Timeout.Infinite, context.RequestAborted);
        };
        RemoteWriteOutput output = Create(Settings(receiver) with { Timeout = TimeSpan.FromMinutes(10) });
        await output.PublishAsync(WindowBuilder.At(0).Total(online: 1).Final, Aborted);
        await asked.Task.WaitAsync(Bound, Aborted);

        await output.DisposeAsync().AsTask().WaitAsync(Bound, Aborted);
    }

    private static Task AnswerAsync(HttpContext context, int status, string words)
    {
        context.Response.StatusCode = status;
        return words.Length == 0 || status == 204 ? Task.CompletedTask : context.Response.WriteAsync(words, context.RequestAborted);
    }

    private static RemoteWriteSettings Settings(WriteReceiver receiver) => Settings(receiver.Port);

    private static RemoteWriteSettings Settings(int port) => new()
    {
        Url = new Uri($"http://127.0.0.1:{port}/api/v1/write"),
        MinBackoff = TimeSpan.FromMilliseconds(1),
        MaxBackoff = TimeSpan.FromMilliseconds(20),
    };

    private static async Task PublishAsync(RemoteWriteOutput output, int minute)
    {
        await output.PublishAsync(WindowBuilder.At(minute).Total(online: minute).Final, Aborted);
        await output.WhenSafe().WaitAsync(Bound, Aborted);
    }

    private RemoteWriteOutput Create(RemoteWriteSettings settings, bool losesNothing = false) =>
        new(settings, [], new BuildInfo("1.2.3", "abc", "10"), losesNothing, _status, _log.For<RemoteWriteOutput>(), TimeProvider.System);
}
