namespace Aggregator.Tests.Support;

/// <summary>The files of the repository that the tests were built from.</summary>
internal static class RepositoryTree
{
    private static readonly string[] NotSources = [".git", "bin", "obj", "artifacts", "TestResults", "BenchmarkDotNet.Artifacts", ".vs", ".idea"];

    /// <summary>The folder with the solution.</summary>
    public static string Root { get; } = Find();

    /// <summary>The text of a file, named from the top of the repository.</summary>
    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    /// <summary>Files whose names end in <paramref name="ending"/>, from the top of the repository, in order; what builds and tools leave behind is not among them.</summary>
    public static IEnumerable<string> Files(string ending) => In(new DirectoryInfo(Root))
        .Select(file => Path.GetRelativePath(Root, file.FullName))
        .Where(path => path.EndsWith(ending, StringComparison.Ordinal))
        .Order(StringComparer.Ordinal);

    private static IEnumerable<FileInfo> In(DirectoryInfo folder) => folder.EnumerateFiles()
        .Concat(folder.EnumerateDirectories().Where(inner => !NotSources.Contains(inner.Name)).SelectMany(In));

    private static string Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Aggregator.sln")))
            {
                return folder.FullName;
            }
        }
        throw new InvalidOperationException($"Aggregator.sln is in no folder above {AppContext.BaseDirectory}");
    }
}
