using System.Net;
using System.Net.Sockets;

namespace Aggregator.Benchmarks.Storm;

/// <summary>Connections up to no good: a quarter each reads nothing of its page, reads a few bytes at a time, leaves after half a request, asks and closes its half.</summary>
internal static class BadConnections
{
    private const int SlowReadBytes = 64;
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Life = TimeSpan.FromSeconds(5);
    private static readonly byte[] Request = "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray();

    /// <summary>Opens all of them at once, keeps them for 5 s, and begins anew, until told to stop.</summary>
    public static async Task KeepOpeningAsync(Uri service, int count, CancellationToken stop)
    {
        IPEndPoint address = new(IPAddress.Parse(service.Host), service.Port);
        List<Socket> sockets = [];
        while (!stop.IsCancellationRequested)
        {
            for (int i = 0; i < count; i++)
            {
                sockets.Add(new(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 });
                await OpenAsync(sockets[i], address, i % 4);
            }
            await ReadSlowlyAsync(sockets, stop);
            sockets.ForEach(socket => socket.Dispose());
            sockets.Clear();
        }
    }

    private static async Task OpenAsync(Socket socket, IPEndPoint address, int kind)
    {
        try
        {
            await socket.ConnectAsync(address);
            bool half = kind == 2;
            await socket.SendAsync(half ? Request.AsMemory(0, Request.Length / 2) : Request);
            if (kind >= 2)
            {
                socket.Shutdown(SocketShutdown.Send);
            }
        }
        catch (SocketException)
        {
            // The service closed it at once: it has too many.
        }
    }

    private static async Task ReadSlowlyAsync(List<Socket> sockets, CancellationToken stop)
    {
        byte[] bytes = new byte[SlowReadBytes];
        for (int times = (int)(Life / Between); times > 0 && !stop.IsCancellationRequested; times--)
        {
            for (int i = 1; i < sockets.Count; i += 4)
            {
                try
                {
                    if (sockets[i].Connected && sockets[i].Available > 0)
                    {
                        sockets[i].Receive(bytes);
                    }
                }
                catch (SocketException)
                {
                    // Closed meanwhile.
                }
            }
            await Task.Delay(Between, CancellationToken.None);
        }
    }
}
