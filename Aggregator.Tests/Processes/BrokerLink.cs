using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Aggregator.Core.Kafka;
using Aggregator.Tests.Support;

namespace Aggregator.Tests.Processes;

/// <summary>
/// Stands between the program and the broker and sees every request and every answer whole: a test does something just before a request reaches the broker,
/// or after the broker did what it says and before the program knows.
/// </summary>
internal sealed class BrokerLink : IAsyncDisposable
{
    private readonly LoopbackListener _listener;
    private readonly int _target;

    private BrokerLink(int port, int target)
    {
        _target = target;
        _listener = new(port);
        _listener.Accept(ServeAsync);
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

    public ValueTask DisposeAsync() => _listener.DisposeAsync();

    private async Task ServeAsync(TcpClient client)
    {
        using TcpClient broker = new();
        _listener.Add(broker);
        try
        {
            await broker.ConnectAsync(IPAddress.Loopback, _target, _listener.Stopped);
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
            await from.ReadExactlyAsync(length, _listener.Stopped);
            byte[] frame = new byte[4 + BinaryPrimitives.ReadInt32BigEndian(length)];
            length.CopyTo(frame, 0);
            await from.ReadExactlyAsync(frame.AsMemory(4), _listener.Stopped);
            frames.TryWrite((frame, Environment.TickCount64 + (isDelayed ? (long)RoundTrip.TotalMilliseconds : 0)));
        }
    }

    private async Task WriteAsync(ChannelReader<(byte[] Frame, long Due)> frames, NetworkStream to, Func<byte[], Task<bool>> passes)
    {
        await foreach ((byte[] frame, long due) in frames.ReadAllAsync(_listener.Stopped))
        {
            bool isPassed = await passes(frame[4..]);
            if (due - Environment.TickCount64 is > 0 and long wait)
            {
                await Task.Delay((int)wait, _listener.Stopped);
            }
            while (!isPassed || IsHanging)
            {
                await Task.Delay(20, _listener.Stopped);
            }
            await to.WriteAsync(frame, _listener.Stopped);
        }
    }
}
