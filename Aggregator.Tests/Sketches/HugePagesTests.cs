using System.Globalization;
using System.Runtime.CompilerServices;
using Aggregator.Core.Sketches;
using Xunit;

namespace Aggregator.Tests.Sketches;

public sealed class HugePagesTests
{
    [Fact]
    public void Small_arrays_are_left_alone() =>
        Assert.False(HugePages.Request(GC.AllocateUninitializedArray<byte>(HugePages.LeastBytes - 1, pinned: true)));

    [Fact]
    public unsafe void The_pages_of_a_large_spare_array_are_marked_for_the_system()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/sys/kernel/mm/transparent_hugepage/enabled"), "the system has no such pages");
        long[] array = new SpareArrays<long>(1).Take(HugePages.LeastBytes / sizeof(long));

        long middle = (long)Unsafe.AsPointer(ref array[array.Length / 2]);
        string[] lines = File.ReadAllLines("/proc/self/smaps");
        int at = Array.FindIndex(lines, line => Contains(line, middle));
        string flags = lines.Skip(at).First(line => line.StartsWith("VmFlags:", StringComparison.Ordinal));
        Assert.Contains(" hg", flags, StringComparison.Ordinal);
        Assert.False(array.AsSpan().ContainsAnyExcept(0L));
    }

    private static bool Contains(string line, long address)
    {
        string[] ends = line.Split(' ')[0].Split('-');
        return ends.Length == 2
            && long.TryParse(ends[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out long begin)
            && long.TryParse(ends[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out long end)
            && address >= begin && address < end;
    }
}
