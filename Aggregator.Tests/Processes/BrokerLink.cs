using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Aggregator.Core.Kafka;

namespace Aggregator.Tests.Processes;

/// <summary>
/// Stands between the program and the broker and sees every request and every answer whole: a test does something just before a request reaches the broker,
/// or after the broker did what it says and before the program knows.
/// </summary>
internal sealed class BrokerLink : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly int _target;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentBag<TcpClient> _clients = [];
    private readonly Task _accepting;

    private BrokerLink(int port, int target)
    {
        _target = target;
        _listener = new(IPAddress.Loopback, port);
        _listener.Start();
        _accepting = Task.Run(AcceptAsync);
    }

    /// <summary>Told of each request before it is passed on; false drops it, and its connection hangs.</summary>
    public Func<BrokerRequest, Task<bool>> OnRequest { get; set; } = _ => Task.FromResult(true);

    /// <summary>Told of each answer before it is passed on; false drops it, and its connection hangs.</summary>
    public Func<BrokerRequest, Task<bool>> OnAnswer { get; set; } = _ => Task.FromResult(true);

    /// <summary>Nothing passes in either direction, while connections stay: a broker that hangs.</summary>
    public bool IsHanging { get; set; }

    /// <summary>How long each answer is under way: the round trip. Later ones do not wait for earlier ones to be passed on.</summary>
    public TimeSpan RoundTrip { get; set; }

    public static BrokerLink Between(OwnBroker broker) => new(broker.LinkPort, broker.LinkedPort);

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

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                TcpClient client = await _listener.AcceptTcpClientAsync(_stop.Token);
                _clients.Add(client);
                _ = ServeAsync(client);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using TcpClient broker = new();
        _clients.Add(broker);
        try
        {
            await broker.ConnectAsync(IPAddress.Loopback, _target, _stop.Token);
            client.NoDelay = true;
            broker.NoDelay = true;
            ConcurrentDictionary<int, BrokerRequest> asked = new();
            await Task.WhenAny(
                PumpAsync(client.GetStream(), broker.GetStream(), frame =>
                {
                    BrokerRequest kind = (BrokerRequest)BinaryPrimitives.ReadInt16BigEndian(frame);
                    asked[BinaryPrimitives.ReadInt32BigEndian(frame.AsSpan(4))] = kind;
                    return OnRequest(kind);
                }, isDelayed: false),
                PumpAsync(broker.GetStream(), client.GetStream(), frame =>
                    asked.TryRemove(BinaryPrimitives.ReadInt32BigEndian(frame), out BrokerRequest kind) ? OnAnswer(kind) : Task.FromResult(true), isDelayed: true));
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // one side is gone: so is the other
        }
        finally
        {
            client.Dispose();
        }
    }

    private async Task PumpAsync(NetworkStream from, NetworkStream to, Func<byte[], Task<bool>> passes, bool isDelayed)
    {
        Channel<(byte[] Frame, long Due)> frames = Channel.CreateUnbounded<(byte[], long)>();
        await await Task.WhenAny(ReadAsync(from, frames.Writer, isDelayed), WriteAsync(frames.Reader, to, passes));
    }

    private async Task ReadAsync(NetworkStream from, ChannelWriter<(byte[] Frame, long Due)> frames, bool isDelayed)
    {
        byte[] length = new byte[4];
        while (true)
        {
            await from.ReadExactlyAsync(length, _stop.Token);
            byte[] frame = new byte[4 + BinaryPrimitives.ReadInt32BigEndian(length)];
            length.CopyTo(frame, 0);
            await from.ReadExactlyAsync(frame.AsMemory(4), _stop.Token);
            frames.TryWrite((frame, Environment.TickCount64 + (isDelayed ? (long)RoundTrip.TotalMilliseconds : 0)));
        }
    }

    private async Task WriteAsync(ChannelReader<(byte[] Frame, long Due)> frames, NetworkStream to, Func<byte[], Task<bool>> passes)
    {
        await foreach ((byte[] frame, long due) in frames.ReadAllAsync(_stop.Token))
        {
            bool isPassed = await passes(frame[4..]);
            if (due - Environment.TickCount64 is > 0 and long wait)
            {
                await Task.Delay((int)wait, _stop.Token);
            }
            while (!isPassed || IsHanging)
            {
                await Task.Delay(20, _stop.Token);
            }
            await to.WriteAsync(frame, _stop.Token);
        }
    }
}
