using System.Globalization;
using System.Net;
using Aggregator.Core.RemoteWrite;
using Aggregator.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Snappier;

namespace Aggregator.Tests.RemoteWrite;

/// <summary>A receiver of remote write that answers as the test says, and keeps what it was sent.</summary>
internal sealed class WriteReceiver : IAsyncDisposable
{
    private readonly List<(WriteRequest Request, IHeaderDictionary Headers)> _requests = [];
    private WebApplication? _application;

    /// <summary>Answers a request; by default it takes everything.</summary>
    public Func<HttpContext, int, Task> Answer { get; set; } = (context, _) =>
    {
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    };

    public int Port { get; } = PrometheusProcess.FreePort();

    public Uri Url => new(string.Create(CultureInfo.InvariantCulture, $"{(Tls is null ? "http" : "https")}://127.0.0.1:{Port}/api/v1/write"));

    /// <summary>All requests so far, refused ones included.</summary>
    public IReadOnlyList<WriteRequest> Requests
    {
        get
        {
            lock (_requests)
            {
                return [.. _requests.Select(request => request.Request)];
            }
        }
    }

    public IHeaderDictionary Headers
    {
        get
        {
            lock (_requests)
            {
                return _requests[^1].Headers;
            }
        }
    }

    /// <summary>How it does TLS; null for not at all.</summary>
    public Action<HttpsConnectionAdapterOptions>? Tls { get; private init; }

    public static async Task<WriteReceiver> StartAsync(Action<HttpsConnectionAdapterOptions>? tls = null)
    {
        WriteReceiver receiver = new() { Tls = tls };
        await receiver.OpenAsync();
        return receiver;
    }

    /// <summary>Samples of requests as lines <c>series@time value</c>, in the order in which they came.</summary>
    public static IEnumerable<string> Lines(IEnumerable<WriteRequest> requests) => requests.SelectMany(request => request.Timeseries).SelectMany(series =>
    {
        string text = string.Join(',', series.Labels.Select(label => $"{label.Name}={label.Value}"));
        return series.Samples.Select(sample => string.Create(CultureInfo.InvariantCulture, $"{text}@{sample.Timestamp} {Shown(sample.Value)}"))
            .Concat(series.Histograms.Select(histogram => string.Create(CultureInfo.InvariantCulture,
                $"{text}@{histogram.Timestamp} {(double.IsNaN(histogram.Sum) ? Shown(histogram.Sum) : $"{histogram.CountInt} in {histogram.Sum}")}")));
    });

    /// <summary>Listens, again after a <see cref="CloseAsync"/>.</summary>
    public async Task OpenAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options => options.Listen(IPAddress.Loopback, Port, listen =>
        {
            if (Tls is not null)
            {
                listen.UseHttps(Tls);
            }
        }));
        _application = builder.Build();
        _application.Run(TakeAsync);
        await _application.StartAsync();
    }

    /// <summary>Breaks all connections and listens no longer.</summary>
    public async Task CloseAsync()
    {
        using CancellationTokenSource now = new();
        await now.CancelAsync();
        await _application!.StopAsync(now.Token);
        await _application.DisposeAsync();
        _application = null;
    }

    public async ValueTask DisposeAsync()
    {
        if (_application is not null)
        {
            await CloseAsync();
        }
    }

    private static string Shown(double value) =>
        BitConverter.DoubleToUInt64Bits(value) == StaleMarker.Bits ? "stale" : value.ToString(CultureInfo.InvariantCulture);

    private async Task TakeAsync(HttpContext context)
    {
        using MemoryStream body = new();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        int number;
        lock (_requests)
        {
            number = _requests.Count;
            _requests.Add((WriteRequest.Parser.ParseFrom(Snappy.DecompressToArray(body.ToArray())), new HeaderDictionary(context.Request.Headers.ToDictionary())));
        }
        await Answer(context, number);
    }
}
