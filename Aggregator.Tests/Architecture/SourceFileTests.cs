using System.Text.RegularExpressions;
using Xunit;

namespace Aggregator.Tests.Architecture;

/// <summary>Files as a newcomer expects them: small, one type each, named after it.</summary>
public partial class SourceFileTests
{
    private const int LongestFile = 300;

    private static readonly string? Repository = Find();

    public static TheoryData<string> Projects => ["Aggregator.Core", "Aggregator.Host", "Aggregator.Tests", "Aggregator.Benchmarks"];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_file_has_at_most_300_lines(string project) =>
        Assert.DoesNotContain(
            Files(project).Select(file => (File: Path.GetFileName(file), Lines: File.ReadLines(file).Count())), file => file.Lines > LongestFile);

    [Theory]
    [InlineData("Aggregator.Core")]
    [InlineData("Aggregator.Host")]
    public void A_file_has_one_public_type_at_most_and_its_name(string project)
    {
        foreach (string file in Files(project))
        {
            string[] types = PublicTypes(File.ReadAllText(file));
            Assert.True(types.Length <= 1, $"{file} has {string.Join(", ", types)}");
            Assert.True(types.Length == 0 || types[0] == Path.GetFileNameWithoutExtension(file), $"{file} has {string.Join(", ", types)}");
        }
    }

    [Theory]
    [InlineData("Aggregator.Core")]
    [InlineData("Aggregator.Host")]
    public void A_namespace_is_the_folder(string project)
    {
        foreach (string file in Files(project).Where(file => Path.GetFileName(file) != "Program.cs"))
        {
            string folder = Path.GetRelativePath(Repository!, Path.GetDirectoryName(file)!).Replace(Path.DirectorySeparatorChar, '.');
            Assert.Matches($@"(?m)^namespace {Regex.Escape(folder)};\r?$", File.ReadAllText(file));
        }
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void No_name_says_nothing(string project) =>
        Assert.DoesNotContain(Files(project).Select(Path.GetFileNameWithoutExtension), name => Meaningless().IsMatch(name!));

    [Fact]
    public void The_search_for_types_finds_them()
    {
        const string Source = """
            namespace X;
            /// public class InAComment
            public sealed record A(int B);
            internal class Hidden { public class Inner; }
            public readonly ref struct C<T>;
            public static partial class D { public enum E { } }
            public delegate void F(int g);
            public readonly record struct H;
            """;
        Assert.Equal(["A", "C", "D", "F", "H"], PublicTypes(Source));
        Assert.Matches(Meaningless(), "StringUtils");
        Assert.Matches(Meaningless(), "WindowManager");
        Assert.DoesNotMatch(Meaningless(), "PartitionFold");
    }

    private static string[] PublicTypes(string source) => [.. PublicType().Matches(source).Select(match => match.Groups[1].Value)];

    private static IReadOnlyList<string> Files(string project)
    {
        Assert.SkipWhen(Repository is null, "the sources are not there");
        string folder = Path.Combine(Repository, project);
        IReadOnlyList<string> files = !Directory.Exists(folder) ? [] :
        [
            .. Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
                .Where(file => !Path.GetRelativePath(folder, file).Split(Path.DirectorySeparatorChar).Any(part => part is "obj" or "bin" or "BenchmarkDotNet.Artifacts")),
        ];
        Assert.NotEmpty(files);
        return files;
    }

    private static string? Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Aggregator.sln")))
            {
                return folder.FullName;
            }
        }
        return null;
    }

    // Types of a file stand at the beginning of a line; those inside others are indented.
    [GeneratedRegex(@"(?m)^public (?:(?:static|sealed|abstract|readonly|ref|partial|unsafe) )*(?:class|interface|enum|record struct|record class|record|struct|delegate [\w<>?\[\]]+) (\w+)")]
    private static partial Regex PublicType();

    [GeneratedRegex("(Utils?|Utilities|Helpers?|Manager|Common|Misc)$|Base$")]
    private static partial Regex Meaningless();
}
