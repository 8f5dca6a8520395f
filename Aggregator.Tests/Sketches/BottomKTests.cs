using Aggregator.Core.Sketches;
using CsCheck;
using Xunit;

namespace Aggregator.Tests.Sketches;

public sealed class BottomKTests
{
    [Fact]
    public void The_smallest_hashes_are_kept_from_their_first_offer_on_in_any_order() =>
        Gen.Select(Gen.OneOf(Gen.ULong[0, 40], Gen.ULong).Array[0, 400], Gen.Int[1, 20]).Sample((offers, limit) =>
        {
            var admission = new BottomK(limit);
            var slots = new Dictionary<ulong, int>();
            var lost = new HashSet<ulong>();
            foreach (ulong hash in offers)
            {
                Admission outcome = admission.Offer(hash, out int slot, out int evicted);
                Check(outcome, hash, slot, evicted, slots, lost);
                Assert.Equal(slots.Count, admission.Count);
                Assert.Equal(slots.Keys.Order(), lost.Concat(slots.Keys).Order().Take(limit));
            }
            ulong[] smallest = [.. offers.Distinct().Order().Take(limit)];
            Assert.Equal(smallest, slots.Keys.Order());
            Assert.DoesNotContain(smallest, lost.Contains);
        }, iter: 300);

    [Fact]
    public void Slots_count_up_and_are_never_given_out_again()
    {
        var admission = new BottomK(2);

        Assert.Equal((Admission.Admitted, 0, -1), Offer(admission, 50));
        Assert.Equal((Admission.Admitted, 1, -1), Offer(admission, 40));
        Assert.Equal((Admission.Known, 0, -1), Offer(admission, 50));
        Assert.Equal((Admission.Refused, -1, -1), Offer(admission, 60));
        Assert.Equal((Admission.Admitted, 2, 0), Offer(admission, 0));
        Assert.Equal((Admission.Refused, -1, -1), Offer(admission, 50));
        Assert.Equal((Admission.Admitted, 3, 1), Offer(admission, 30));
        Assert.Equal((Admission.Known, 2, -1), Offer(admission, 0));
        Assert.Equal((Admission.Refused, -1, -1), Offer(admission, ulong.MaxValue));
        Assert.Equal((2, 4), (admission.Count, admission.SlotsGiven));
    }

    [Fact]
    public void Hashes_in_falling_order_are_all_admitted_and_the_last_ones_stay()
    {
        const int limit = 1_000;
        var admission = new BottomK(limit);
        ulong[] falling = [.. RandomHashes.Take(200_000, 3).OrderDescending()];
        for (int i = 0; i < falling.Length; i++)
        {
            Admission outcome = admission.Offer(falling[i], out int slot, out int evicted);
            if (outcome != Admission.Admitted || slot != i || evicted != (i < limit ? BottomK.NoSlot : i - limit))
            {
                Assert.Fail($"offer {i}: {outcome}, slot {slot}, evicted {evicted}");
            }
        }
        Assert.Equal(limit, admission.Count);
    }

    [Fact]
    public void A_limit_is_at_least_1() => Assert.Throws<ArgumentOutOfRangeException>(() => new BottomK(0));

    private static void Check(Admission outcome, ulong hash, int slot, int evicted, Dictionary<ulong, int> slots, HashSet<ulong> lost)
    {
        switch (outcome)
        {
            case Admission.Known:
                Assert.Equal(slots[hash], slot);
                Assert.Equal(BottomK.NoSlot, evicted);
                break;
            case Admission.Refused:
                Assert.DoesNotContain(hash, slots.Keys);
                Assert.Equal((BottomK.NoSlot, BottomK.NoSlot), (slot, evicted));
                lost.Add(hash);
                break;
            default:
                Assert.DoesNotContain(hash, lost);
                Assert.True(slots.Count == 0 || slot > slots.Values.Max());
                if (evicted != BottomK.NoSlot)
                {
                    ulong gone = slots.Single(kept => kept.Value == evicted).Key;
                    slots.Remove(gone);
                    lost.Add(gone);
                }
                Assert.True(slots.TryAdd(hash, slot));
                break;
        }
    }

    private static (Admission Outcome, int Slot, int Evicted) Offer(BottomK admission, ulong hash) =>
        (admission.Offer(hash, out int slot, out int evicted), slot, evicted);
}
