using Aggregator.Benchmarks.Grow;
using Aggregator.Benchmarks.Quick;
using Aggregator.Benchmarks.Shapes;
using Aggregator.Benchmarks.Steps;
using Aggregator.Core.Tuning;

namespace Aggregator.Benchmarks.Compare;

/// <summary>All tricks of the data path from memory on; what <c>Kafka:Transport</c> brings is shown by <c>drain</c>.</summary>
internal static class TrickList
{
    private const int ShortRecords = 50_000;
    private const string Decoding = "decode a latency record";
    private const string Folding = "decode + fold";
    private const string FoldingGroups = "decode + fold, 24 and 96 groups";
    private const string Replaying = "read an envelope";

    /// <param name="isShort">With as little traffic as will do.</param>
    public static IReadOnlyList<Trick> Of(bool isShort) =>
    [
        new("shapes instead of the JSON reader", Decoding, isThere => Decode(learnsShapes: isThere)),
        Switched("eight digits at once", nameof(Tricks.ReadsDigitsAtOnce), Decoding, () => Decode(learnsShapes: true)),
        Switched("objects and arrays skipped where a shape has them", nameof(Tricks.SkipsComposites), "decode, a small object and an array", () => Shape("a small object and an array")),
        Switched("a graph where shapes are too many for a tree", nameof(Tricks.JoinsShapes), "decode, 24 optional fields", () => Shape("24 optional fields, each in half of the records")),
        new("hash in line instead of XxHash3", "hash three texts", HashCases.Texts),
        Switched("ends of all strings marked at once", nameof(Tricks.MarksEnds), Folding, () => Fold(false, isShort)),
        Switched("look-ahead over 16 records", nameof(Tricks.LooksAhead), Folding, () => Fold(false, isShort)),
        Switched("look-ahead over 16 records", nameof(Tricks.LooksAhead), FoldingGroups, () => Fold(true, isShort)),
        Switched("tables sized by the window before", nameof(Tricks.SizesTables), Folding, () => Fold(false, isShort)),
        Switched("arrays of final windows used again", nameof(Tricks.KeepsArrays), Folding, () => Fold(false, isShort)),
        Switched("groups of final windows used again", nameof(Tricks.KeepsGroups), Folding, () => Fold(false, isShort)),
        Switched("groups of final windows used again", nameof(Tricks.KeepsGroups), FoldingGroups, () => Fold(true, isShort)),
        Switched("open windows by the last bits of their number", nameof(Tricks.FindsWindowsByBits), Folding, () => Fold(false, isShort)),
        Switched("needs of a partition noted once a window", nameof(Tricks.NotesNeedsOnce), Folding, () => Fold(false, isShort)),
        new("groups by the number of their combination", FoldingGroups, isThere => Fold(true, isShort, isThere ? null : 0)),
        Switched("acks that concern their own window only", nameof(Tricks.KnowsOwnAcks), "decode + fold, time-out of 4 windows of 1 s", () => TimeOut(4, isShort)),
        Switched("windows of an id noted", nameof(Tricks.NotesWindows), "decode + fold, time-out of 60 windows of 1 s", () => TimeOut(60, isShort)),
        Switched("huge pages", nameof(Tricks.AsksForHugePages), "decode + fold, 10 million ids a window", () => Grow(new() { IdsPerWindow = isShort ? 10_000 : 10_000_000 }, isShort)),
        new("slots of 8 bytes instead of a dictionary", "join of 120,000 ids", JoinCases.Dictionary),
        new("buckets of a cache line", "join of 120,000 ids", JoinCases.Buckets),
        new("exact table, then a sketch, instead of a set", "add a user, 200,000 of them twice", SketchCases.Users),
        new("pages of counts instead of a dictionary", "add a sample, 100 groups in turn", SketchCases.Histogram),
        new("list of samples before pages of counts", "add a sample, 100 in each of 1,000 groups", SketchCases.SmallGroups),
        new("packed results instead of a copy of the counts", "keep the result of a group of 6,000 samples", SketchCases.Results),
        new("batches used again", "fill a batch, a record", BatchCases.Reused),
        new("usual envelopes read without a JSON reader", Replaying, Envelopes),
    ];

    private static Trick Switched(string name, string nameOfSwitch, string step, Func<(QuickRun, int)> prepare) => new(name, step, _ => prepare()) { Switch = nameOfSwitch };

    private static (QuickRun Run, int Operations) Decode(bool learnsShapes)
    {
        DecodeBenchmark step = new() { LearnsShapes = learnsShapes };
        step.Setup();
        return (new(step.Latency), DecodeBenchmark.Records);
    }

    private static (QuickRun Run, int Operations) Shape(string name)
    {
        DecodeStep step = new(new() { Write = ProducerShapes.All.Single(shape => shape.Name == name).Write });
        return (new(step.Decode), step.Records);
    }

    private static (QuickRun Run, int Operations) Fold(bool groups, bool isShort, int? combinations = null)
    {
        FoldBenchmark step = new() { Groups = groups, Count = isShort ? ShortRecords : FoldBenchmark.Records };
        step.NumberedCombinations = combinations ?? step.NumberedCombinations;
        step.Setup();
        return (new(step.Fold, step.GoOn), step.Count);
    }

    private static (QuickRun Run, int Operations) TimeOut(int windows, bool isShort) =>
        Grow(new() { Window = TimeSpan.FromSeconds(1), IdsPerWindow = 1_667, TimeoutWindows = windows }, isShort);

    private static (QuickRun Run, int Operations) Grow(GrowCase of, bool isShort) => new GrowStep(of, isShort ? 1 : 1 << 18).Run();

    private static (QuickRun Run, int Operations) Envelopes(bool isThere)
    {
        EnvelopeBenchmark step = new() { IsAny = !isThere };
        step.Setup();
        return (new(step.Read), EnvelopeBenchmark.Lines);
    }
}
