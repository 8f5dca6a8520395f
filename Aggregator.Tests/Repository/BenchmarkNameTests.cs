using System.Text.RegularExpressions;
using Aggregator.Tests.Support;
using Xunit;

namespace Aggregator.Tests.Repository;

/// <summary>A comment that calls a benchmark to witness names one that can be run.</summary>
public sealed partial class BenchmarkNameTests
{
    [Fact]
    public void Every_benchmark_that_a_source_names_exists()
    {
        string[] sources = [.. RepositoryTree.Files(".cs").Where(path => path.StartsWith("Aggregator.Core/", StringComparison.Ordinal))];
        string[] existing = [.. RepositoryTree.Files("Benchmark.cs").Select(path => Path.GetFileNameWithoutExtension(path))];

        string[] named = [.. sources.SelectMany(path => BenchmarkNames().Matches(RepositoryTree.Read(path)).Select(name => name.Value)).Distinct()];

        Assert.Contains("FoldBenchmark", named);
        Assert.DoesNotContain(named, name => !existing.Contains(name));
    }

    [GeneratedRegex(@"\b[A-Z][A-Za-z]+Benchmark\b")]
    private static partial Regex BenchmarkNames();
}
