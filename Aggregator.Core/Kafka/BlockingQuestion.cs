using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace Aggregator.Core.Kafka;

/// <summary>Runs a call of librdkafka that blocks while brokers do not answer.</summary>
internal static class BlockingQuestion
{
    /// <summary>Runs it on a thread of its own.</summary>
    /// <param name="client">A client of any kind. It may be closed meanwhile; then it ends with the answer.</param>
    /// <param name="ask">Asks, by the native client.</param>
    /// <exception cref="ObjectDisposedException">The client is closed.</exception>
    public static Task<T> AskAsync<T>(IClient client, Func<nint, T> ask)
    {
        SafeHandle handle = NativeConsumer.HandleOf(client.Handle);
        return Task.Factory.StartNew(
            () =>
            {
                T answer = Ask(handle, ask);
                // Its handlers are called while it ends, which may be at the end of the call.
                GC.KeepAlive(client);
                return answer;
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    private static T Ask<T>(SafeHandle handle, Func<nint, T> ask)
    {
        using var client = new ClientReference(handle);
        return ask(client.Pointer);
    }
}
