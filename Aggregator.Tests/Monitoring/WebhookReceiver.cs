using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Aggregator.Tests.Support;

namespace Aggregator.Tests.Monitoring;

/// <summary>Takes what Alertmanager sends to webhooks; the last part of the path is the receiver's name.</summary>
internal sealed class WebhookReceiver : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly ConcurrentQueue<Notification> _taken = new();

    public WebhookReceiver()
    {
        Address = new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{PrometheusProcess.FreePort()}/"));
        _listener.Prefixes.Add(Address.ToString());
        _listener.Start();
        _ = Task.Run(ListenAsync);
    }

    public Uri Address { get; }

    /// <summary>All notifications in the order in which they came.</summary>
    public IReadOnlyList<Notification> Taken => [.. _taken];

    public void Dispose() => _listener.Close();

    private async Task ListenAsync()
    {
        while (_listener.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return; // closed
            }
            using JsonDocument message = await JsonDocument.ParseAsync(context.Request.InputStream);
            foreach (JsonElement alert in message.RootElement.GetProperty("alerts").EnumerateArray())
            {
                _taken.Enqueue(new(context.Request.Url!.Segments[^1], alert.GetProperty("status").GetString()!, Texts(alert, "labels"), Texts(alert, "annotations")));
            }
            context.Response.Close();
        }
    }

    private static Dictionary<string, string> Texts(JsonElement alert, string name) =>
        alert.GetProperty(name).EnumerateObject().ToDictionary(text => text.Name, text => text.Value.GetString()!);
}
