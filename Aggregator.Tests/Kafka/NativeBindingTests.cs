using System.Runtime.InteropServices;
using Aggregator.Core.Kafka;
using Confluent.Kafka;
using Xunit;

namespace Aggregator.Tests.Kafka;

/// <summary>What is taken from the inside of Confluent.Kafka. When these fail after an update of the package, it has moved.</summary>
public sealed class NativeBindingTests
{
    [Fact]
    public void The_loaded_flavour_of_the_library_is_known_by_name() =>
        Assert.Contains(NativeLibrdkafka.LoadedFlavour(), new[] { "librdkafka", "alpine-librdkafka", "centos8-librdkafka", "centos7-librdkafka" });

    [Fact]
    public void Our_calls_reach_the_same_library_as_those_of_the_package()
    {
        nint ours = NativeLibrary.Load(NativeLibrdkafka.LoadedFlavour(), typeof(Handle).Assembly, null);
        int loaded = System.Diagnostics.Process.GetCurrentProcess().Modules.Cast<System.Diagnostics.ProcessModule>()
            .Where(m => m.ModuleName.Contains("librdkafka", StringComparison.Ordinal)).Select(m => m.FileName).Distinct().Count();

        Assert.NotEqual(0, ours);
        Assert.Equal(1, loaded);
    }

    [Fact]
    public void The_consumers_native_handle_is_reached()
    {
        using IConsumer<Ignore, Ignore> consumer = new ConsumerBuilder<Ignore, Ignore>(new ConsumerConfig { GroupId = "g" }).SetLogHandler((_, _) => { }).Build();

        Assert.Equal(ErrorCode.Local_TimedOut,
            new NativeConsumer(consumer.Handle).Committed([new TopicPartition("t", 0)], TimeSpan.FromMilliseconds(1), out _));
    }

    [Fact]
    public void The_layout_of_a_partition_is_that_of_librdkafka() =>
        Assert.Equal(nint.Size == 8 ? 64 : 36, Marshal.SizeOf<NativeLibrdkafka.TopicPartition>());

    [Fact]
    public void The_layout_of_a_message_is_that_of_librdkafka() =>
        Assert.Equal(nint.Size == 8 ? 72 : 40, Marshal.SizeOf<NativeQueue.Message>());
}
