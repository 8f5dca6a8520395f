using System.Runtime.InteropServices;
using Aggregator.Benchmarks.Compare.Plain;
using Aggregator.Benchmarks.Quick;
using Aggregator.Core.Windows;

namespace Aggregator.Benchmarks.Compare;

/// <summary>The ids of a minute, sent and 400 messages later acknowledged, in the product's table and in plainer ones. An operation is one fact.</summary>
internal static class JoinCases
{
    private const int Ids = 120_000;
    private const int AckedAfter = 400;

    // Of one-minute windows, as DeliveryTable has them.
    private const int StateBits = 22;
    private const ulong Sent = 1;
    private const ulong Acked = 4;

    private static readonly ulong[] Hashes = RandomHashes.Of(Ids);

    public static (QuickRun Run, int Operations) Dictionary(bool isThere)
    {
        if (isThere)
        {
            return Slots();
        }
        Dictionary<ulong, ulong> table = new(Ids);
        return (new(() => Join(id => Set(table, id, Sent), id => Set(table, id, Acked)), table.Clear), 2 * Ids);
    }

    public static (QuickRun Run, int Operations) Buckets(bool isThere)
    {
        if (isThere)
        {
            return Slots();
        }
        LinearTable table = new(Ids);
        return (new(() => Join(id => table.Set(id, Sent, StateBits), id => table.Set(id, Acked, StateBits)), table.Clear), 2 * Ids);
    }

    private static (QuickRun Run, int Operations) Slots()
    {
        SpareTables spares = new();
        DeliveryTable table = new(60_000, 0, Ids, spares);
        return (new(() => Join(id => table.Report(id, 1, false, out _), id => table.Acknowledge(id, 1)), () =>
        {
            table.Release();
            table = new(60_000, 0, Ids, spares);
        }), 2 * Ids);
    }

    private static void Set(Dictionary<ulong, ulong> table, ulong id, ulong flags) => CollectionsMarshal.GetValueRefOrAddDefault(table, id, out _) |= flags;

    private static void Join(Action<ulong> report, Action<ulong> acknowledge)
    {
        for (int i = 0; i < Ids + AckedAfter; i++)
        {
            if (i < Ids)
            {
                report(Hashes[i]);
            }
            if (i >= AckedAfter)
            {
                acknowledge(Hashes[i - AckedAfter]);
            }
        }
    }
}
