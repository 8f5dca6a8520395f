using Aggregator.Tests.Support;
using Xunit;

namespace Aggregator.Tests.Repository;

/// <summary>The mutations of <c>scripts/sabotage.sh</c> still apply to the sources as they are, so that it can be run at any time.</summary>
public sealed class SabotageTests
{
    private static readonly string[] Keys = ["what", "file", "old", "new", "tests"];

    public static TheoryData<string> Mutations => [.. RepositoryTree.Files(".txt").Where(path => path.StartsWith(Path.Combine("scripts", "sabotage") + "/", StringComparison.Ordinal))];

    [Fact]
    public void There_are_mutations_of_every_part_that_must_not_break() => Assert.InRange(Mutations.Count, 10, int.MaxValue);

    [Theory]
    [MemberData(nameof(Mutations))]
    public void A_mutation_replaces_one_text_and_names_tests_that_exist(string path)
    {
        Dictionary<string, string> mutation = RepositoryTree.Read(path).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(": ", 2)).ToDictionary(parts => parts[0], parts => parts[1]);

        Assert.Equal(Keys, mutation.Keys);
        string source = RepositoryTree.Read(mutation["file"]);
        Assert.True(source.Split(mutation["old"]).Length == 2, $"'{mutation["old"]}' has to occur once in {mutation["file"]}; change {path} with the source");
        Assert.NotEqual(mutation["old"], mutation["new"]);
        Assert.Contains($"| {Path.GetFileNameWithoutExtension(path)} | {mutation["what"]} | ", RepositoryTree.Read("docs/reliability.md"), StringComparison.Ordinal);
        Assert.All(mutation["tests"].Split(' '), name => Assert.NotNull(typeof(SabotageTests).Assembly.GetType("Aggregator.Tests." + name)));
    }
}
