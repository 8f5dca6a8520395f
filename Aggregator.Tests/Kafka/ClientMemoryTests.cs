using System.Runtime.InteropServices;
using Aggregator.Core.Kafka;
using Xunit;

namespace Aggregator.Tests.Kafka;

public sealed unsafe partial class ClientMemoryTests
{
    private const int Blocks = 4_000;
    private const int BlockBytes = 16 * 1024;

    [Fact]
    public void What_the_client_freed_in_the_middle_of_its_memory_goes_back_to_the_system()
    {
        Assert.SkipUnless(ClientMemory.CanReturn, "the allocator is not that of glibc");
        nint[] blocks = [.. Enumerable.Range(0, Blocks).Select(_ => (nint)NativeMemory.AllocZeroed(BlockBytes))];
        foreach (nint block in blocks)
        {
            new Span<byte>((void*)block, BlockBytes).Fill(1);
        }
        // Each tenth stays, as the records of another partition do, and the last one: the end of the memory is not free.
        nint[] freed = [.. blocks.Where((_, i) => i % 10 != 9)];
        foreach (nint block in freed)
        {
            NativeMemory.Free((void*)block);
        }
        int before = freed.Count(IsResident);

        ClientMemory.Return();

        int after = freed.Count(IsResident);
        foreach (nint block in blocks.Except(freed))
        {
            NativeMemory.Free((void*)block);
        }
        Assert.InRange(before, freed.Length / 2, freed.Length);
        Assert.InRange(after, 0, freed.Length / 4);
    }

    /// <summary>Whether the page in the middle of a block has memory.</summary>
    private static bool IsResident(nint block)
    {
        nint page = (block + (BlockBytes / 2)) & ~(nint)(Environment.SystemPageSize - 1);
        byte isResident = 0;
        return MinCore(page, 1, &isResident) == 0 && (isResident & 1) != 0;
    }

    [LibraryImport("libc", EntryPoint = "mincore")]
    private static partial int MinCore(nint address, nuint length, byte* vector);
}
