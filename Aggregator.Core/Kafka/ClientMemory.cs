using System.Runtime.InteropServices;

namespace Aggregator.Core.Kafka;

/// <summary>
/// Gives memory that the client has freed back to the system. It is freed in the middle of what glibc has for each thread (fetched records, and an object of some 200 bytes for
/// each), and glibc returns the end of that only: with every outage that is caught up after, the process kept some 30 MiB more, past 512 MiB (docs/reliability.md).
/// </summary>
internal static class ClientMemory
{
    /// <summary>A catch-up of seconds is over by then, and a few milliseconds of work in so long are nothing.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    private static readonly unsafe delegate* unmanaged[Cdecl]<nuint, int> MallocTrim = Find();

    /// <summary>Whether the system's allocator can be told to; where it is another one than glibc's, it need not.</summary>
    public static unsafe bool CanReturn => MallocTrim is not null;

    /// <summary>Gives back what is free now. Takes milliseconds for some 100 MiB; other threads go on meanwhile.</summary>
    public static unsafe void Return()
    {
        if (CanReturn)
        {
            MallocTrim(0);
        }
    }

    /// <summary>Gives back what is free, again and again.</summary>
    public static async Task RunAsync(TimeProvider time, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (CanReturn && await timer.WaitForNextTickAsync(stop).ConfigureAwait(false))
            {
                Return();
            }
        }
        catch (OperationCanceledException)
        {
            // told to end
        }
    }

    private static unsafe delegate* unmanaged[Cdecl]<nuint, int> Find() =>
        OperatingSystem.IsLinux() && NativeLibrary.TryLoad("libc.so.6", out nint library) && NativeLibrary.TryGetExport(library, "malloc_trim", out nint function)
            ? (delegate* unmanaged[Cdecl]<nuint, int>)function
            : null;
}
