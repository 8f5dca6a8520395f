using System.Runtime.InteropServices;
using Aggregator.Core.Kafka;
using Aggregator.Tests.Processes;
using Xunit;

namespace Aggregator.Tests.Kafka;

/// <summary>What the transport <c>batch</c> leaves behind in the memory of the client.</summary>
[Collection(nameof(ProcessTests))] // others would allocate meanwhile
public sealed class BatchMemoryTests
{
    private const int Partitions = 8;
    private const int RecordsOfEach = 500;
    private const int RecordBytes = 8 * 1024;

    [Fact]
    public async Task Each_message_is_destroyed_once_it_is_copied()
    {
        Assert.SkipUnless(BytesInUse() is not null, "the allocator is not that of glibc");
        using var kafka = new EmbeddedKafka(Partitions) { Transport = "batch" };
        string value = new('x', RecordBytes);
        for (int i = 0; i < Partitions * RecordsOfEach; i++)
        {
            kafka.Queue("ack", i % Partitions, value);
        }
        kafka.Flush();
        long before = BytesInUse()!.Value;
        await using var probe = new SourceProbe(kafka.Settings);
        await probe.RecordsAsync(Partitions * RecordsOfEach);
        await probe.UntilAsync(() => probe.Elements.OfType<SourceElement.PartitionEnd>().Count() >= Partitions, "ends");

        // Else the fetched bytes stay, 27 MB.
        Assert.InRange(BytesInUse()!.Value - before, long.MinValue, Partitions * RecordsOfEach * RecordBytes / 2);
    }

    /// <summary>What glibc has given out, in all arenas and besides them; null where the allocator is another one.</summary>
    private static unsafe long? BytesInUse()
    {
        if (!OperatingSystem.IsLinux() || !NativeLibrary.TryLoad("libc.so.6", out nint library) || !NativeLibrary.TryGetExport(library, "mallinfo2", out nint function))
        {
            return null;
        }
        Allocations allocations = ((delegate* unmanaged[Cdecl]<Allocations>)function)();
        return (long)(allocations.InUse + allocations.Mapped);
    }

    /// <summary><c>struct mallinfo2</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Allocations
    {
        private readonly nuint _arena;
        private readonly nuint _freeChunks;
        private readonly nuint _fastChunks;
        private readonly nuint _mappings;
        public readonly nuint Mapped;
        private readonly nuint _unused;
        private readonly nuint _fastFree;
        public readonly nuint InUse;
        private readonly nuint _free;
        private readonly nuint _top;
    }
}
