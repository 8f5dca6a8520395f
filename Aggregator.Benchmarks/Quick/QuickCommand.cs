using Aggregator.Benchmarks.Steps;

namespace Aggregator.Benchmarks.Quick;

/// <summary>
/// All steps in one process in less than a minute. Times are shown beside those of a fixed loop, and a step that is absurdly slow in relation to it fails
/// the command: what a CI machine can find out.
/// </summary>
public static class QuickCommand
{
    private static readonly QuickStep[] Steps =
    [
        new("decode latency", "record", DecodeBenchmark.Records, 3, () => new(Decode(0).Latency)),
        new("decode latency, 3 dimensions", "record", DecodeBenchmark.Records, 4, () => new(Decode(3).Latency)),
        new("decode latency, general reader", "record", DecodeBenchmark.Records, 12, () => new(Decode(0, learnsShapes: false).Latency)),
        new("decode ack", "record", DecodeBenchmark.Records, 3, () => new(Decode(0).Acks)),
        new("decode ack, 3 dimensions", "record", DecodeBenchmark.Records, 4, () => new(Decode(3).Acks)),
        new("decode + fold", "record", FoldBenchmark.Records, 10, () => Fold(groups: false)),
        new("decode + fold, 24 and 96 groups", "record", FoldBenchmark.Records, 20, () => Fold(groups: true)),
        new("decode + fold from the start", "record", FoldBenchmark.Records, 10, () => FoldFromStart(groups: false)),
        new("decode + fold from the start, 24 and 96 groups", "record", FoldBenchmark.Records, 20, () => FoldFromStart(groups: true)),
        new("split lines", "line", EnvelopeBenchmark.Lines, 2, () => { EnvelopeBenchmark step = Envelopes(); return new(() => step.SplitLines()); }),
        new("read envelopes", "line", EnvelopeBenchmark.Lines, 12, () => new(Envelopes().Read)),
        new("replay", "record", ReplayBenchmark.Records, 25, () => new(Replay(false))),
        new("replay, 24 and 96 groups", "record", ReplayBenchmark.Records, 35, () => new(Replay(true))),
        new("distinct users, new", "hash", SketchBenchmark.Items, 1, () => { SketchBenchmark step = Sketches(); return new(() => step.DistinctNew()); }),
        new("distinct users, known", "hash", SketchBenchmark.Items, 1, () => new(Sketches().DistinctKnown)),
        new("histogram", "sample", SketchBenchmark.Items, 1, () => new(Sketches().HistogramAdd)),
        new("first scrape of a window, 10,000 series", "page", 1, 1_000_000, () => { PageBenchmark step = Page(); return new(() => step.FirstScrape().Wait()); }),
        new("scrape, 10,000 series", "page", 1, 50_000, () => { PageBenchmark step = Page(); return new(() => step.Scrape().Wait()); }),
        new("scrape, 10,000 series, gzip", "page", 1, 50_000, () => { PageBenchmark step = Page(); return new(() => step.ScrapeGzip().Wait()); }),
    ];

    /// <param name="arguments"><c>--seconds N</c> per step (default 2), <c>--only TEXT</c>: a step by its name, or those with that text in theirs.</param>
    /// <returns>The exit code.</returns>
    public static int Run(IReadOnlyDictionary<string, string> arguments)
    {
        TimeSpan duration = TimeSpan.FromSeconds(double.Parse(arguments.GetValueOrDefault("seconds", "2"), System.Globalization.CultureInfo.InvariantCulture));
        string only = arguments.GetValueOrDefault("only", "");
        double reference = Measurement.BestOf(ReferenceRun(), ReferenceLoop.Records, duration).Nanoseconds;
        Console.WriteLine(FormattableString.Invariant($"CPU time, the best of the runs. Reference loop: {reference:0.0} ns a record of {ReferenceLoop.Bytes} B."));
        Console.WriteLine($"{"step",-46} {"ns",12} {"per second",12} {"B",9} {"gen 0/1/2",10} {"× reference",12} {"limit",10}");
        int tooSlow = 0;
        bool isOne = Steps.Any(step => step.Name == only);
        foreach (QuickStep step in Steps.Where(step => isOne ? step.Name == only : step.Name.Contains(only, StringComparison.Ordinal)))
        {
            Measurement best = Measurement.BestOf(step.Prepare(), step.Operations, duration);
            double ratio = best.Nanoseconds / reference;
            bool isTooSlow = ratio > step.Limit;
            tooSlow += isTooSlow ? 1 : 0;
            Console.WriteLine(FormattableString.Invariant(
                $"{step.Name,-46} {best.Nanoseconds,12:N1} {1e9 / best.Nanoseconds,12:N0} {best.AllocatedBytes,9:N1} {$"{best.Gen0}/{best.Gen1}/{best.Gen2}",10} {ratio,12:N2} {step.Limit,10:N0}")
                + (isTooSlow ? $"  TOO SLOW per {step.Unit}" : ""));
            GC.Collect();
        }
        Console.WriteLine(tooSlow == 0 ? "all within their limits" : $"{tooSlow} steps over their limits");
        return tooSlow == 0 ? 0 : 1;
    }

    private static QuickRun ReferenceRun()
    {
        ReferenceLoop loop = new();
        return new(() => loop.Run());
    }

    private static DecodeBenchmark Decode(int dimensions, bool learnsShapes = true)
    {
        DecodeBenchmark step = new() { Dimensions = dimensions, LearnsShapes = learnsShapes };
        step.Setup();
        return step;
    }

    private static QuickRun Fold(bool groups)
    {
        FoldBenchmark step = new() { Groups = groups };
        step.Setup();
        return new(step.Fold, step.GoOn);
    }

    private static QuickRun FoldFromStart(bool groups)
    {
        FoldBenchmark step = new() { Groups = groups };
        step.Setup();
        return new(step.FoldFromStart);
    }

    private static EnvelopeBenchmark Envelopes()
    {
        EnvelopeBenchmark step = new();
        step.Setup();
        return step;
    }

    private static Action Replay(bool groups)
    {
        ReplayBenchmark step = new() { Groups = groups };
        step.Setup();
        return step.Replay;
    }

    private static SketchBenchmark Sketches()
    {
        SketchBenchmark step = new();
        step.Setup();
        return step;
    }

    private static PageBenchmark Page()
    {
        PageBenchmark step = new();
        step.Setup();
        return step;
    }
}
