using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Aggregator.Core.Kafka;

/// <summary>A configuration as librdkafka itself holds it: the one judge of what its keys take.</summary>
internal sealed unsafe class NativeConfiguration : IDisposable
{
    private const int ErrorSize = 512;

    // RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE: there is no group to leave.
    private const int NoConsumerClose = 8;

    private nint _conf = NativeLibrdkafka.ConfNew();

    /// <summary>Sets a key; null when it was taken, else what librdkafka says.</summary>
    public string? Set(string key, string value)
    {
        byte* error = stackalloc byte[ErrorSize];
        error[0] = 0;
        int result = NativeLibrdkafka.ConfSet(_conf, key, value, error, ErrorSize);
        return result == 0 ? null : Text(error, ErrorSize);
    }

    /// <summary>Makes a client of it and ends it at once; null when that worked, else what librdkafka says. The configuration is used up.</summary>
    public string? TryClient(NativeClientKind kind)
    {
        nint client = NewClient(kind, out string? problem);
        if (client != 0)
        {
            NativeLibrdkafka.DestroyFlags(client, NoConsumerClose);
        }
        return problem;
    }

    /// <summary>Makes a client of it; 0 with the problem where that fails. The configuration is used up.</summary>
    public nint NewClient(NativeClientKind kind, out string? problem)
    {
        byte* error = stackalloc byte[ErrorSize];
        error[0] = 0;
        NativeLibrdkafka.ConfSetLogCallback(_conf, &Swallow);
        nint client = NativeLibrdkafka.New((int)kind, _conf, error, ErrorSize);
        problem = client == 0 ? Text(error, ErrorSize) : null;
        if (client != 0)
        {
            _conf = 0; // the client owns it now
        }
        return client;
    }

    public void Dispose()
    {
        if (_conf != 0)
        {
            NativeLibrdkafka.ConfDestroy(_conf);
            _conf = 0;
        }
    }

    private static string Text(byte* text, int size)
    {
        var span = new ReadOnlySpan<byte>(text, size);
        int end = span.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? span : span[..end]);
    }

    // Its own log would go to stderr.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Swallow(nint client, int level, nint facility, nint text)
    {
    }
}
