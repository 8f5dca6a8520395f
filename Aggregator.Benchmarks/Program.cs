using Aggregator.Benchmarks.Quick;
using BenchmarkDotNet.Running;

// quick | everything that BenchmarkDotNet takes, such as --filter '*Fold*'
if (args is not ["quick", ..])
{
    BenchmarkSwitcher.FromAssembly(typeof(QuickCommand).Assembly).Run(args);
    return 0;
}
Dictionary<string, string> options = [];
for (int i = 1; i + 1 < args.Length; i += 2)
{
    options[args[i].TrimStart('-')] = args[i + 1];
}
return QuickCommand.Run(options);
