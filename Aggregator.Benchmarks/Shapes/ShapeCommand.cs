using System.Globalization;
using Aggregator.Benchmarks.Grow;
using Aggregator.Benchmarks.Input;
using Aggregator.Benchmarks.Quick;

namespace Aggregator.Benchmarks.Shapes;

/// <summary>
/// What a record costs by how its producer writes it: decoded alone, decoded and folded, and how many needed the general reader once shapes were learned; half of
/// the records are acknowledgements. A table in Markdown.
/// </summary>
public static class ShapeCommand
{
    /// <param name="arguments"><c>--seconds N</c> to decode a shape (default 1), <c>--records N</c> to fold (default 500,000), <c>--only TEXT</c>.</param>
    /// <returns>The exit code.</returns>
    public static int Run(IReadOnlyDictionary<string, string> arguments)
    {
        long records = arguments.Number("records", 500_000);
        TimeSpan duration = TimeSpan.FromSeconds(arguments.Number("seconds", 1));
        string only = arguments.GetValueOrDefault("only", "");
        // What the compiler does for the first of them is not of it.
        GrowMeasurement.Of(new(), records);
        Console.WriteLine("| records | bytes | decode, ns | ns a byte | decode + fold, ns | general reader |");
        Console.WriteLine("|---|---:|---:|---:|---:|---:|");
        foreach (ProducerShape shape in ProducerShapes.All.Where(shape => shape.Name.Contains(only, StringComparison.Ordinal)))
        {
            GrowCase of = new() { Write = shape.Write };
            DecodeStep step = new(of);
            double decode = Measurement.BestOf(new(step.Decode), step.Records, duration).Nanoseconds;
            long before = step.Fallbacks;
            step.Decode();
            double fallbacks = (double)(step.Fallbacks - before) / step.Records;
            double fold = GrowMeasurement.Of(of, records).Nanoseconds;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {shape.Name} | {step.BytesPerRecord:0} | {decode:0} | {decode / step.BytesPerRecord:0.00} | {fold:0} | {fallbacks:0.0 %} |"));
        }
        return 0;
    }
}
