using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Aggregator.Tests.Support;

/// <summary>Takes connections on loopback until the test ends, and breaks all of them then.</summary>
internal sealed class LoopbackListener : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentBag<TcpClient> _clients = [];
    private Task _accepting = Task.CompletedTask;

    /// <param name="port">Where to listen; 0 for any port.</param>
    public LoopbackListener(int port)
    {
        _listener = new(IPAddress.Loopback, port);
        _listener.Start();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>The end of the test.</summary>
    public CancellationToken Stopped => _stop.Token;

    /// <summary>Begins to take connections; until then they wait.</summary>
    /// <param name="serve">Serves one; not waited for.</param>
    public void Accept(Func<TcpClient, Task> serve) => _accepting = Task.Run(() => AcceptAsync(serve));

    /// <summary>Breaks a further connection at the end.</summary>
    public void Add(TcpClient client) => _clients.Add(client);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        foreach (TcpClient client in _clients)
        {
            client.Dispose();
        }
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync(Func<TcpClient, Task> serve)
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                TcpClient client = await _listener.AcceptTcpClientAsync(_stop.Token);
                _clients.Add(client);
                _ = serve(client);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }
}
