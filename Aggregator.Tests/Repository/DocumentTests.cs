using System.Text.RegularExpressions;
using Aggregator.Tests.Support;
using Xunit;

namespace Aggregator.Tests.Repository;

/// <summary>Documents point to what is there, say no more than they should, and nothing of the machine that they were written on.</summary>
public sealed partial class DocumentTests
{
    private const int LongestDecision = 40;

    public static TheoryData<string> Documents => [.. RepositoryTree.Files(".md")];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_link_within_the_repository_leads_somewhere(string document)
    {
        string folder = Path.GetDirectoryName(document)!;

        IEnumerable<string> broken = Links().Matches(RepositoryTree.Read(document)).Select(link => link.Groups[1].Value)
            .Where(target => !target.Contains("://", StringComparison.Ordinal))
            .Where(target => !Exists(target.StartsWith('#') ? document + target : Path.Combine(folder, target)));

        Assert.Empty(broken);
    }

    [Fact]
    public void Decisions_are_numbered_short_and_listed()
    {
        string[] decisions = [.. RepositoryTree.Files(".md").Where(path => path.StartsWith(Path.Combine("docs", "adr") + "/", StringComparison.Ordinal))
            .Select(path => Path.GetFileName(path)).Where(name => name != "README.md")];

        Assert.NotEmpty(decisions);
        Assert.Equal(Enumerable.Range(1, decisions.Length).Select(number => $"{number:0000}"), decisions.Select(name => name[..4]));
        Assert.DoesNotContain(decisions, name => RepositoryTree.Read("docs/adr/" + name).Split('\n').Length - 1 > LongestDecision);
        string list = RepositoryTree.Read("docs/adr/README.md");
        Assert.DoesNotContain(decisions, name => !list.Contains($"({name})", StringComparison.Ordinal));
    }

    [Fact]
    public void The_contract_is_the_one_of_the_project()
    {
        string original = Path.Combine(RepositoryTree.Root, "..", "shared", "SPEC.md");
        Assert.SkipWhen(!File.Exists(original), "../shared/SPEC.md is not there");

        Assert.Equal(File.ReadAllText(original), RepositoryTree.Read("docs/SPEC.md"));
    }

    [Fact]
    public void No_file_names_a_folder_of_somebodys_machine_or_a_place_to_get_packages_from()
    {
        string[] endings = [".cs", ".md", ".json", ".yml", ".yaml", ".sh", ".props", ".csproj", ".sln", ".service", ".svg", "Dockerfile", Path.Combine(".ci", "run"), Path.Combine(".ci", "install")];

        IEnumerable<string> found = endings.SelectMany(RepositoryTree.Files).Distinct()
            .SelectMany(path => MachinePaths().Matches(RepositoryTree.Read(path)).Select(match => $"{path}: {match.Value}"));

        Assert.Empty(found);
        Assert.DoesNotContain(RepositoryTree.Files(""), path => Path.GetFileName(path).Equals("nuget.config", StringComparison.OrdinalIgnoreCase));
    }

    private static bool Exists(string target)
    {
        string[] parts = target.Split('#', 2);
        string path = Path.Combine(RepositoryTree.Root, parts[0]);
        if (parts.Length == 1 || !path.EndsWith(".md", StringComparison.Ordinal))
        {
            return File.Exists(path) || Directory.Exists(path);
        }
        return File.Exists(path) && Headings().Matches(File.ReadAllText(path)).Any(heading => Anchor(heading.Groups[1].Value) == parts[1]);
    }

    /// <summary>What GitHub makes of a heading.</summary>
    private static string Anchor(string heading) =>
        NoWordCharacters().Replace(heading.Trim().ToLowerInvariant(), "").Replace(' ', '-');

    [GeneratedRegex(@"(?<!`)\]\(([^)\s]+)\)")]
    private static partial Regex Links();

    [GeneratedRegex(@"^#+ (.*)$", RegexOptions.Multiline)]
    private static partial Regex Headings();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NoWordCharacters();

    // [/] and not /, so that this line does not find itself
    [GeneratedRegex(@"(?<![\w.])[/](home|root|Users|work|farm|build|mnt|workspace)[/]\w|[/]v3[/]index[.]json")]
    private static partial Regex MachinePaths();
}
