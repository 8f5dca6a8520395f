using Aggregator.Benchmarks.Input;
using Aggregator.Core.Kafka;

namespace Aggregator.Benchmarks.Drain;

/// <summary>One way out of the broker, measured from within: this process does nothing else.</summary>
internal static class DrainMeasurement
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(2);

    public static string Header =>
        $"{"way",-32} {"records/s",12} {"CPU us/record",16} {"GC bytes/record",16} {"peak RSS MB",12} {"longest GC pause, ms",22} {"gen 0/1/2",12}";

    public static async Task RunAsync(string way, KafkaSettings settings, long records, string results, bool showThreads, TimeSpan? pausesFrom)
    {
        // Only on demand: it has events delivered for each collection.
        using PauseLog? log = pausesFrom is null ? null : new();
        DrainProgress progress = new();
        ProcessSample start = ProcessSample.Now(0);
        Task drain = Task.Run(() => StartAsync(way, settings, records, progress, results));
        ProcessSample? steady = null;
        TimeSpan paused = start.Paused;
        TimeSpan longest = TimeSpan.Zero;
        TimeSpan longestSteady = TimeSpan.Zero;
        while (progress.Records < records && !drain.IsCompleted)
        {
            Thread.Sleep(BetweenLooks);
            TimeSpan now = GC.GetTotalPauseDuration();
            longest = now - paused > longest ? now - paused : longest;
            longestSteady = steady is not null && now - paused > longestSteady ? now - paused : longestSteady;
            paused = now;
            if (progress.Records >= records / 4)
            {
                steady ??= ProcessSample.Now(progress.Records);
            }
        }
        ProcessSample end = ProcessSample.Now(records);
        await drain;
        ProcessSample from = steady ?? start;
        long count = end.Records - from.Records;
        string cpu = FormattableString.Invariant($"{(end.Cpu - from.Cpu).TotalMicroseconds / count:0.00} ({(end.Cpu - start.Cpu).TotalMicroseconds / records:0.00})");
        string pauses = FormattableString.Invariant($"{longestSteady.TotalMilliseconds:0.0} ({longest.TotalMilliseconds:0.0})");
        Console.WriteLine(FormattableString.Invariant(
            $"{way,-32} {count / (end.At - from.At).TotalSeconds,12:N0} {cpu,16} {(double)(end.Allocated - from.Allocated) / count,16:0.0} {end.PeakMegabytes,12:0} {pauses,22} {$"{GC.CollectionCount(0)}/{GC.CollectionCount(1)}/{GC.CollectionCount(2)}",12}"));
        log?.Print(pausesFrom!.Value);
        if (showThreads)
        {
            foreach ((string name, TimeSpan time) in ProcessSample.ThreadTimes(from, end))
            {
                Console.WriteLine(FormattableString.Invariant($"    {name,-28} {time.TotalMicroseconds / count,28:0.000}"));
            }
        }
    }

    private static Task StartAsync(string way, KafkaSettings settings, long records, DrainProgress progress, string results)
    {
        string transport = way.Split(':')[0];
        if (way.Contains("bare", StringComparison.Ordinal))
        {
            return Task.Run(() =>
            {
                if (transport == "batch")
                {
                    BareLoop.Batch(settings, BrokerTraffic.Partitions, records, progress);
                }
                else
                {
                    BareLoop.Consume(settings, BrokerTraffic.Partitions, records, progress);
                }
            });
        }
        return WholeJob.RunAsync(
            settings with { GroupId = Guid.NewGuid().ToString("N"), Transport = transport },
            way.Contains("dim. sets", StringComparison.Ordinal) ? [["region", "platform"], ["region", "platform", "node"]] : [], records, progress, results);
    }
}
