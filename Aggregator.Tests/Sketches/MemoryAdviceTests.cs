using System.Globalization;
using System.Runtime.CompilerServices;
using Aggregator.Core.Sketches;
using Xunit;

namespace Aggregator.Tests.Sketches;

public sealed class MemoryAdviceTests
{
    [Fact]
    public void An_array_without_a_whole_page_is_cleared()
    {
        byte[] array = GC.AllocateUninitializedArray<byte>(100, pinned: true);
        Array.Fill(array, (byte)1);

        Assert.False(MemoryAdvice.RequestHugePages(array));
        Assert.False(MemoryAdvice.GiveBack(array));
        Assert.False(array.AsSpan().ContainsAnyExcept((byte)0));
    }

    [Fact]
    public void What_is_given_back_is_zero_and_takes_no_memory()
    {
        long[] array = GC.AllocateUninitializedArray<long>(1_000_003, pinned: true);
        Array.Fill(array, -1);

        Assert.Equal(OperatingSystem.IsLinux(), MemoryAdvice.GiveBack(array));

        Assert.SkipUnless(OperatingSystem.IsLinux(), "only Linux tells");
        Assert.True(ResidentKilobytes(array) < 1_000, "the pages are still there");
        Assert.False(array.AsSpan().ContainsAnyExcept(0L));
    }

    [Fact]
    public void Of_spare_arrays_only_the_last_keep_their_memory()
    {
        SpareArrays<long> spares = new(2, 1);
        long[][] arrays = [spares.Take(1_000_000), spares.Take(1_000_000), spares.Take(1_000_000)];
        foreach (long[] array in arrays)
        {
            Array.Fill(array, -1);
            spares.Return(array);
        }

        long[] resident = [.. arrays.Select(ResidentKilobytes)];
        Assert.Same(arrays[2], spares.Take(900_000));
        Assert.Same(arrays[1], spares.Take(900_000));
        Assert.All(arrays[1..], array => Assert.False(array.AsSpan(0, 900_000).ContainsAnyExcept(0L)));
        Assert.SkipUnless(OperatingSystem.IsLinux(), "only Linux tells");
        Assert.InRange(resident[0], 0, 1_000);
        Assert.InRange(resident[1], 0, 1_000);
        Assert.InRange(resident[2], 7_900, 9_100);
    }

    [Fact]
    public unsafe void The_pages_of_a_huge_array_are_marked_for_the_system()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/sys/kernel/mm/transparent_hugepage/enabled"), "the system has no such pages");
        long[] array = new SpareArrays<long>(1, 1).Take(SpareArrays<long>.HugeBytes / sizeof(long));

        Assert.Contains(" hg", Line(array, "VmFlags:"), StringComparison.Ordinal);
        Assert.False(array.AsSpan().ContainsAnyExcept(0L));
    }

    private static string Line(long[] array, string name)
    {
        string[] lines = File.ReadAllLines("/proc/self/smaps");
        int at = Array.FindIndex(lines, line => Contains(line, AddressOfMiddle(array)));
        return lines.Skip(at).First(line => line.StartsWith(name, StringComparison.Ordinal));
    }

    // Bit 63 of an entry of the page map: the page is in memory.
    private static long ResidentKilobytes(long[] array)
    {
        if (!OperatingSystem.IsLinux())
        {
            return 0;
        }
        using FileStream map = new("/proc/self/pagemap", FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        int pages = array.Length * sizeof(long) / Environment.SystemPageSize;
        byte[] entries = new byte[pages * sizeof(ulong)];
        map.Position = (AddressOfMiddle(array) - (array.Length / 2 * sizeof(long))) / Environment.SystemPageSize * sizeof(ulong);
        map.ReadExactly(entries);
        return Enumerable.Range(0, pages).Count(page => (BitConverter.ToUInt64(entries, page * sizeof(ulong)) >> 63) == 1) * Environment.SystemPageSize / 1024L;
    }

    private static unsafe long AddressOfMiddle(long[] array) => (long)Unsafe.AsPointer(ref array[array.Length / 2]);

    private static bool Contains(string line, long address)
    {
        string[] ends = line.Split(' ')[0].Split('-');
        return ends.Length == 2
            && long.TryParse(ends[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out long begin)
            && long.TryParse(ends[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out long end)
            && address >= begin && address < end;
    }
}
