using System.IO.Hashing;
using Aggregator.Core.Windows;
using CsCheck;
using Xunit;

namespace Aggregator.Tests.Windows;

/// <summary>The table of deliveries against a dictionary that does the same.</summary>
public class DeliveryTableTests
{
    private static readonly Gen<(long WindowMs, int Columns, int Expected, int Ids)> Shape = Gen.Select(
        Gen.OneOf(Gen.Const(1_000L), Gen.Const(10_000L), Gen.Const(60_000L), Gen.Const(300_000L), Gen.Const(3_600_000L)),
        Gen.Int[0, 3], Gen.OneOf(Gen.Const(0), Gen.Int[1, 3_000]), Gen.OneOf(Gen.Const(3), Gen.Const(40), Gen.Const(2_000)));

    private static readonly Gen<(int What, int Id, double Offset, bool Flag)[]> Steps =
        Gen.Select(Gen.Int[0, 9], Gen.Int[0, int.MaxValue], Gen.Double[0, 1], Gen.Bool).Array[0, 3_000];

    [Fact]
    public void It_knows_of_each_delivery_what_a_dictionary_would_know() => Gen.Select(Shape, Steps).Sample((shape, steps) =>
    {
        DeliveryTable table = new(shape.WindowMs, shape.Columns, shape.Expected, new());
        Dictionary<ulong, Delivery> model = [];
        foreach ((int what, int number, double place, bool flag) in steps)
        {
            ulong id = Hash(number % shape.Ids);
            int offset = Math.Min((int)(place * shape.WindowMs), (int)shape.WindowMs - 1);
            switch (what)
            {
                case < 5:
                    Report(table, model, id, offset, flag, what == 0);
                    break;
                case < 8:
                    Delivery acked = model[id] = model.GetValueOrDefault(id) ?? new();
                    acked.EarliestAck = Math.Min(acked.EarliestAck, offset);
                    Assert.Equal(acked.SentAt is not null && !acked.IsSentElsewhere, table.Acknowledge(id, offset));
                    break;
                case 8:
                    int reach = flag ? 0 : offset;
                    table.AcknowledgeFromElsewhere(id, reach);
                    if (model.TryGetValue(id, out Delivery? sent) && sent.SentAt >= reach)
                    {
                        sent.IsDeliveredElsewhere = true;
                    }
                    break;
                default:
                    bool isSent = table.IsSent(id, out int earliest);
                    Delivery asked = model.GetValueOrDefault(id) ?? new();
                    Assert.Equal((asked.SentAt is not null, asked.EarliestAck), (isSent, earliest));
                    asked.IsSentElsewhere |= isSent;
                    break;
            }
        }
        Assert.Equal(model.Count, table.Count);
        AssertVisited(table, model);
    }, iter: 60);

    [Fact]
    public void Many_more_ids_than_were_expected_are_all_there()
    {
        DeliveryTable table = new(60_000, 1, 0, new());
        for (int i = 0; i < 200_000; i++)
        {
            Assert.Equal(ReportChange.NewSent | ReportChange.NewReceived, table.Report(Hash(i), i % 60_000, true, out DeliveryTable.Entry entry));
            entry.Groups[0] = i;
        }
        Assert.Equal(200_000, table.Count);
        for (int i = 0; i < 200_000; i++)
        {
            Assert.Equal(ReportChange.None, table.Report(Hash(i), 0, true, out DeliveryTable.Entry entry));
            Assert.Equal(i, entry.Groups[0]);
            if (i % 2 == 0)
            {
                Assert.True(table.Acknowledge(Hash(i), 5));
            }
        }
        int sent = 0;
        table.VisitSent((groups, isDelivered) =>
        {
            sent++;
            Assert.Equal(groups[0] % 2 == 0, isDelivered);
        });
        Assert.Equal(200_000, sent);
    }

    [Theory]
    [InlineData(0UL)]
    [InlineData(ulong.MaxValue)]
    [InlineData(1UL << 63)]
    [InlineData(31UL)]
    public void Any_hash_is_an_id(ulong id)
    {
        DeliveryTable table = new(1_000, 0, 0, new());
        Assert.False(table.IsSent(id, out _));
        Assert.Equal(ReportChange.NewSent, table.Report(id, 0, false, out _));
        Assert.Equal(ReportChange.NewReceived, table.Report(id, 999, true, out _));
        Assert.True(table.IsSent(id, out int earliest));
        Assert.Equal(int.MaxValue, earliest);
        Assert.Equal(1, table.Count);
    }

    private static void Report(DeliveryTable table, Dictionary<ulong, Delivery> model, ulong id, int offset, bool isReceived, bool hasNeighbours)
    {
        ReportChange change = table.Report(id, offset, isReceived, out DeliveryTable.Entry entry);
        Delivery sent = model[id] = model.GetValueOrDefault(id) ?? new();
        ReportChange expected = (sent.SentAt is null ? ReportChange.NewSent : ReportChange.None)
            | (isReceived && !sent.IsReceived ? ReportChange.NewReceived : ReportChange.None);
        Assert.Equal(expected, change);
        sent.SentAt ??= offset;
        sent.IsReceived |= isReceived;
        if ((change & ReportChange.NewSent) != 0)
        {
            for (int i = 0; i < entry.Groups.Length; i++)
            {
                entry.Groups[i] = GroupOf(id, i);
            }
            if (hasNeighbours)
            {
                DeliveryTable.NoteNeighbours(entry, isDelivered: (offset & 1) == 0, isSentElsewhere: (offset & 2) == 0);
                sent.IsDeliveredElsewhere |= (offset & 1) == 0;
                sent.IsSentElsewhere |= (offset & 2) == 0;
            }
        }
    }

    private static void AssertVisited(DeliveryTable table, Dictionary<ulong, Delivery> model)
    {
        List<(int Group, bool IsDelivered)> visited = [];
        table.VisitSent((groups, isDelivered) =>
        {
            visited.Add((groups.Length == 0 ? 0 : groups[0], isDelivered));
            for (int i = 1; i < groups.Length; i++)
            {
                Assert.Equal(groups[0] + i, groups[i]);
            }
        });
        bool hasGroups = visited.Exists(one => one.Group != 0);
        Assert.Equal(
            model.Where(one => one.Value.SentAt is not null).Select(one => (hasGroups ? GroupOf(one.Key, 0) : 0, one.Value.IsDelivered)).Order(),
            visited.Order());
    }

    private static int GroupOf(ulong id, int column) => (int)(id % 1_000_000) + 1 + column;

    private static ulong Hash(int number) => XxHash3.HashToUInt64(BitConverter.GetBytes(number));

    private sealed class Delivery
    {
        public int? SentAt { get; set; }

        public bool IsReceived { get; set; }

        public int EarliestAck { get; set; } = int.MaxValue;

        public bool IsDeliveredElsewhere { get; set; }

        public bool IsSentElsewhere { get; set; }

        public bool IsDelivered => EarliestAck != int.MaxValue || IsDeliveredElsewhere;
    }
}
