using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using Aggregator.Tests.Support;

namespace Aggregator.Tests.Kafka;

/// <summary>
/// A broker that tells of topics what the others never do at a wanted moment: each has one partition without a leader and without a replica in sync, as when its
/// brokers were away for a moment. Knows ApiVersions (0 and 3) and Metadata (4) and nothing else.
/// </summary>
internal sealed class ScriptedBroker : IAsyncDisposable
{
    private const int Metadata = 3;
    private const int ApiVersions = 18;
    private const int Id = 1;

    private readonly LoopbackListener _listener = new(0);
    private volatile TaskCompletionSource? _held;
    private int _asked;

    public ScriptedBroker() => _listener.Accept(client => ServeAsync(client.GetStream()));

    public string Servers => $"127.0.0.1:{Port}";

    /// <summary>How many questions for topics came.</summary>
    public int Asked => Volatile.Read(ref _asked);

    private int Port => _listener.Port;

    /// <summary>Holds the answers about topics back.</summary>
    public void Hold() => _held = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Gives the answers that were held back.</summary>
    public void Release()
    {
        _held?.SetResult();
        _held = null;
    }

    public ValueTask DisposeAsync() => _listener.DisposeAsync();

    private async Task ServeAsync(NetworkStream stream)
    {
        byte[] size = new byte[4];
        try
        {
            while (true)
            {
                await stream.ReadExactlyAsync(size, _listener.Stopped);
                byte[] request = new byte[BinaryPrimitives.ReadInt32BigEndian(size)];
                await stream.ReadExactlyAsync(request, _listener.Stopped);
                byte[] answer = await AnswerAsync(request);
                BinaryPrimitives.WriteInt32BigEndian(size, answer.Length);
                await stream.WriteAsync(size, _listener.Stopped);
                await stream.WriteAsync(answer, _listener.Stopped);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // the client is gone, or the test at its end
        }
    }

    private async Task<byte[]> AnswerAsync(byte[] request)
    {
        short key = BinaryPrimitives.ReadInt16BigEndian(request);
        short version = BinaryPrimitives.ReadInt16BigEndian(request.AsSpan(2));
        int body = 10 + BinaryPrimitives.ReadInt16BigEndian(request.AsSpan(8));
        using MemoryStream answer = new();
        answer.Write(request.AsSpan(4, 4)); // the number of the request
        switch (key)
        {
            case ApiVersions:
                WriteVersions(answer, isCompact: version >= 3);
                break;
            case Metadata:
                string[] topics = Topics(request.AsSpan(body));
                if (topics.Length > 0)
                {
                    Interlocked.Increment(ref _asked);
                    await (_held?.Task.WaitAsync(_listener.Stopped) ?? Task.CompletedTask);
                }
                WriteTopics(answer, topics);
                break;
            default:
                throw new IOException($"request {key} is not known here");
        }
        return answer.ToArray();
    }

    private static string[] Topics(ReadOnlySpan<byte> body)
    {
        string[] topics = new string[Math.Max(0, BinaryPrimitives.ReadInt32BigEndian(body))];
        int at = 4;
        for (int i = 0; i < topics.Length; i++)
        {
            int length = BinaryPrimitives.ReadInt16BigEndian(body[at..]);
            topics[i] = Encoding.UTF8.GetString(body.Slice(at + 2, length));
            at += 2 + length;
        }
        return topics;
    }

    private static void WriteVersions(MemoryStream answer, bool isCompact)
    {
        (short Key, short From, short To)[] known = [(Metadata, 4, 4), (ApiVersions, 0, 3)];
        Write(answer, (short)0); // no error
        if (isCompact)
        {
            answer.WriteByte((byte)(known.Length + 1));
        }
        else
        {
            Write(answer, known.Length);
        }
        foreach ((short key, short from, short to) in known)
        {
            Write(answer, key);
            Write(answer, from);
            Write(answer, to);
            answer.Write(isCompact ? [0] : []);
        }
        if (isCompact)
        {
            Write(answer, 0); // no throttling
            answer.WriteByte(0);
        }
    }

    private void WriteTopics(MemoryStream answer, string[] topics)
    {
        Write(answer, 0); // no throttling
        Write(answer, 1); // brokers: this one
        Write(answer, Id);
        Write(answer, "127.0.0.1");
        Write(answer, Port);
        Write(answer, (short)-1); // no rack
        Write(answer, "scripted");
        Write(answer, Id); // the controller
        Write(answer, topics.Length);
        foreach (string topic in topics)
        {
            Write(answer, (short)0);
            Write(answer, topic);
            answer.WriteByte(0); // not internal
            Write(answer, 1); // partitions
            Write(answer, (short)5); // LEADER_NOT_AVAILABLE
            Write(answer, 0); // its number
            Write(answer, -1); // no leader
            Write(answer, 1); // replicas
            Write(answer, Id);
            Write(answer, 0); // none in sync
        }
    }

    private static void Write(MemoryStream stream, short value)
    {
        Span<byte> bytes = stackalloc byte[2];
        BinaryPrimitives.WriteInt16BigEndian(bytes, value);
        stream.Write(bytes);
    }

    private static void Write(MemoryStream stream, int value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        stream.Write(bytes);
    }

    private static void Write(MemoryStream stream, string value)
    {
        Write(stream, (short)Encoding.UTF8.GetByteCount(value));
        stream.Write(Encoding.UTF8.GetBytes(value));
    }
}
