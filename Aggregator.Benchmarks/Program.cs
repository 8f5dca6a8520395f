using Aggregator.Benchmarks.Compare;
using Aggregator.Benchmarks.Drain;
using Aggregator.Benchmarks.Grow;
using Aggregator.Benchmarks.Quick;
using Aggregator.Benchmarks.Scrape;
using Aggregator.Benchmarks.Shapes;
using Aggregator.Benchmarks.Start;
using Aggregator.Benchmarks.Storm;
using BenchmarkDotNet.Running;

// quick | tricks | lanes | grow | shapes | scrape | drain --kafka HOST:PORT | start --kafka HOST:PORT | storm --address URL | everything that BenchmarkDotNet takes, such as --filter '*Fold*'
Dictionary<string, string> options = [];
for (int i = 1; i + 1 < args.Length; i += 2)
{
    options[args[i].TrimStart('-')] = args[i + 1];
}
switch (args.FirstOrDefault())
{
    case "quick":
        return QuickCommand.Run(options);
    case "tricks":
        return TrickCommand.Run(options);
    case "lanes":
        return LaneCommand.Run(options);
    case "grow":
        return GrowCommand.Run(options);
    case "shapes":
        return ShapeCommand.Run(options);
    case "start":
        return await StartCommand.RunAsync(options);
    case "scrape":
        return await ScrapeCommand.RunAsync(options);
    case "storm":
        return await StormCommand.RunAsync(options);
    case "drain":
        return await DrainCommand.RunAsync(options);
    default:
        BenchmarkSwitcher.FromAssembly(typeof(QuickCommand).Assembly).Run(args);
        return 0;
}
