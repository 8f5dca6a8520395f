using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Aggregator.Core.Tuning;

namespace Aggregator.Core.Sketches;

/// <summary>
/// Asks Linux for pages of 2 MiB beneath a large table: the processor's table of addresses reaches over some 16 MiB of the usual 4 KiB, and beyond that each look-up takes a second
/// miss. Where the system gives them on request (<c>madvise</c> in <c>/sys/kernel/mm/transparent_hugepage/enabled</c>, as usual) memory is the same in all but time; elsewhere nothing happens.
/// </summary>
internal static unsafe class HugePages
{
    /// <summary>Tables of fewer bytes gain nothing (<c>grow --only ids</c>).</summary>
    public const int LeastBytes = 16 * 1024 * 1024;

    private const int PageBytes = 2 * 1024 * 1024;
    private const int AdviseHugePage = 14;

    private static readonly delegate* unmanaged[Cdecl]<void*, nuint, int, int> Advise = Find();

    /// <summary>Asks for the pages that lie wholly in an array that nothing was written to yet.</summary>
    /// <param name="pinned">An array that is never moved.</param>
    /// <returns>Whether the system will try.</returns>
    public static bool Request<T>(T[] pinned)
        where T : unmanaged
    {
        long bytes = (long)pinned.Length * sizeof(T);
        if (bytes < LeastBytes || !Tricks.AsksForHugePages || Advise is null)
        {
            return false;
        }
        nuint first = (nuint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(pinned));
        nuint begin = (first + PageBytes - 1) / PageBytes * PageBytes;
        nuint end = (first + (nuint)bytes) / PageBytes * PageBytes;
        return Advise((void*)begin, end - begin, AdviseHugePage) == 0;
    }

    private static delegate* unmanaged[Cdecl]<void*, nuint, int, int> Find() =>
        OperatingSystem.IsLinux() && NativeLibrary.TryLoad("libc.so.6", out nint library) && NativeLibrary.TryGetExport(library, "madvise", out nint function)
            ? (delegate* unmanaged[Cdecl]<void*, nuint, int, int>)function
            : null;
}
