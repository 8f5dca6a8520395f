using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Aggregator.Core.Sketches;

/// <summary>
/// What Linux is told of the memory of a large array (<c>madvise</c>). Only what lies between whole pages of it is concerned. Elsewhere nothing happens.
/// </summary>
internal static unsafe class MemoryAdvice
{
    private const int DontNeed = 4;
    private const int UseHugePages = 14;
    private const int HugePageBytes = 2 * 1024 * 1024;

    private static readonly delegate* unmanaged[Cdecl]<void*, nuint, int, int> Advise = Find();

    /// <summary>
    /// Asks for pages of 2 MiB: the processor's table of addresses reaches over some 16 MiB of the usual 4 KiB, and beyond that each look-up takes a second miss. Where the system
    /// gives them on request (<c>madvise</c> in <c>/sys/kernel/mm/transparent_hugepage/enabled</c>, as usual) memory is the same in all but time.
    /// </summary>
    /// <param name="pinned">An array that is never moved, and that nothing was written to yet.</param>
    /// <returns>Whether the system will try.</returns>
    public static bool RequestHugePages<T>(T[] pinned)
        where T : unmanaged => Tell(pinned, HugePageBytes, UseHugePages, out _, out _);

    /// <summary>Gives the pages of an array back to the system, which brings zeros when they are touched again: the array is all zero afterwards.</summary>
    /// <param name="pinned">An array that is never moved.</param>
    /// <returns>False where there are no such pages: then it was cleared.</returns>
    public static bool GiveBack<T>(T[] pinned)
        where T : unmanaged
    {
        if (!Tell(pinned, Environment.SystemPageSize, DontNeed, out int before, out int behind))
        {
            Array.Clear(pinned);
            return false;
        }
        Span<byte> bytes = MemoryMarshal.AsBytes(pinned.AsSpan());
        bytes[..before].Clear();
        bytes[^behind..].Clear();
        return true;
    }

    private static bool Tell<T>(T[] pinned, int pageBytes, int what, out int before, out int behind)
        where T : unmanaged
    {
        nuint first = (nuint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(pinned));
        nuint last = first + ((nuint)pinned.Length * (nuint)sizeof(T));
        nuint begin = (first + (nuint)pageBytes - 1) / (nuint)pageBytes * (nuint)pageBytes;
        nuint end = last / (nuint)pageBytes * (nuint)pageBytes;
        before = (int)(begin - first);
        behind = (int)(last - end);
        return begin < end && Advise is not null && Advise((void*)begin, end - begin, what) == 0;
    }

    private static delegate* unmanaged[Cdecl]<void*, nuint, int, int> Find() =>
        OperatingSystem.IsLinux() && NativeLibrary.TryLoad("libc.so.6", out nint library) && NativeLibrary.TryGetExport(library, "madvise", out nint function)
            ? (delegate* unmanaged[Cdecl]<void*, nuint, int, int>)function
            : null;
}
