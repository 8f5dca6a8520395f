using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Aggregator.Host.Web;
using Aggregator.Tests.Support;
using Xunit;

namespace Aggregator.Tests.Web;

/// <summary>More connections than anyone needs, most of them up to no good: a scraper is answered all the same.</summary>
public sealed class ScrapeStormTests
{
    private const int Bad = 500;

    private static CancellationToken Aborted => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Five_hundred_silent_slow_and_half_closed_connections_keep_no_scraper_out()
    {
        await using WebFixture web = await WebFixture.StartAsync(Aborted, [["region"]]);
        WindowBuilder window = WindowBuilder.At(0).Total(online: 1);
        for (int i = 0; i < 500; i++)
        {
            window.Group(0, [$"region-{i}"], online: i, samples: [7], acks: i, sent: i + 1, delivered: i);
        }
        await web.Metrics.PublishAsync(window.Final);
        List<Socket> sockets = [];
        List<double> times = [];
        try
        {
            for (int i = 0; i < Bad; i++)
            {
                sockets.Add(await DisturbAsync(web.Address.Port, i));
                if (i % 10 == 0)
                {
                    times.Add(await ScrapeAsync(web));
                }
            }
            for (int i = 0; i < 50; i++)
            {
                times.Add(await ScrapeAsync(web));
            }
            times.Sort();
            TestContext.Current.TestOutputHelper!.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{times.Count} scrapes beside {Bad} bad connections: median {times[times.Count / 2]:0.0} ms, p99 {times[(int)(times.Count * 0.99)]:0.0} ms"));
            // Those that closed their half have gone by themselves, as a rule; those that have not asked do no harm.
            Assert.InRange(web.Metrics.Status.WebConnectionsClosed.Value, (Bad * 5 / 8) - MetricsServer.MaxConnections, Bad);
        }
        finally
        {
            sockets.ForEach(socket => socket.Dispose());
        }
    }

    [Fact]
    public async Task Connections_that_have_their_answer_make_room_before_one_that_has_not_asked_yet()
    {
        await using WebFixture web = await WebFixture.StartAsync(Aborted);
        using TcpClient waiting = new();
        await waiting.ConnectAsync(IPAddress.Loopback, web.Address.Port, Aborted);
        List<TcpClient> answered = [];
        try
        {
            for (int i = 0; i < MetricsServer.MaxConnections + 10; i++)
            {
                TcpClient client = new();
                answered.Add(client);
                await client.ConnectAsync(IPAddress.Loopback, web.Address.Port, Aborted);
                Assert.StartsWith("HTTP/1.1 200", await AskAsync(client), StringComparison.Ordinal);
            }

            Assert.StartsWith("HTTP/1.1 200", await AskAsync(waiting), StringComparison.Ordinal);
            Assert.Equal(11, web.Metrics.Status.WebConnectionsClosed.Value);
        }
        finally
        {
            answered.ForEach(client => client.Dispose());
        }
    }

    [Fact]
    public async Task Scrapes_at_the_same_moment_are_all_answered_whole()
    {
        await using WebFixture web = await WebFixture.StartAsync(Aborted);
        await web.Metrics.PublishAsync(WindowBuilder.At(0).Total(online: 5).Final);
        using HttpClient client = new(new SocketsHttpHandler { MaxConnectionsPerServer = MetricsServer.MaxConnections / 2 }) { BaseAddress = web.Address };

        string[] pages = await Task.WhenAll(Enumerable.Range(0, Bad).Select(_ => client.GetStringAsync("/metrics", Aborted)));

        Assert.All(pages, page =>
        {
            Assert.Contains("im_online_users 5\n", page, StringComparison.Ordinal);
            Assert.Contains("aggregator_ready", page, StringComparison.Ordinal);
        });
        Assert.Equal(0, web.Metrics.Status.WebConnectionsClosed.Value);
    }

    /// <summary>Asks whether it lives, and leaves the connection open.</summary>
    private static async Task<string> AskAsync(TcpClient client)
    {
        await client.GetStream().WriteAsync("GET /-/healthy HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray(), Aborted);
        byte[] answer = new byte[4096];
        return System.Text.Encoding.ASCII.GetString(answer, 0, await client.GetStream().ReadAsync(answer, Aborted));
    }

    private static async Task<double> ScrapeAsync(WebFixture web)
    {
        long started = Stopwatch.GetTimestamp();
        // As Prometheus would after a while: its connection may have been closed meanwhile.
        using HttpClient client = new() { BaseAddress = web.Address };
        Assert.Contains("im_online_users 1\n", await client.GetStringAsync("/metrics", Aborted), StringComparison.Ordinal);
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }

    private static async Task<Socket> DisturbAsync(int port, int kind)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 1024 };
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), Aborted);
        if (kind % 8 != 0) // else it says nothing
        {
            // Never reads the answer; or sends half a request.
            byte[] request = "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray();
            await socket.SendAsync(request.AsMemory(0, kind % 8 == 1 ? request.Length / 2 : request.Length), Aborted);
            if (kind % 8 == 7)
            {
                socket.Shutdown(SocketShutdown.Send);
            }
        }
        return socket;
    }
}
