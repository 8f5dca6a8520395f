using System.Reflection;

namespace Aggregator.Core.Publishing;

/// <summary>Which program this is: the labels of <c>aggregator_build_info</c>.</summary>
/// <param name="Version">Its version, as in <c>1.2.0</c>.</param>
/// <param name="Revision">The commit that it was built from; empty where the build did not know.</param>
/// <param name="Runtime">The version of .NET that runs it.</param>
public sealed record BuildInfo(string Version, string Revision, string Runtime)
{
    /// <summary>Of a program, from what the compiler left in its assembly (<c>version+revision</c>).</summary>
    public static BuildInfo Of(Assembly program)
    {
        string version = program.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0";
        int plus = version.IndexOf('+', StringComparison.Ordinal);
        return plus < 0
            ? new(version, "", Environment.Version.ToString())
            : new(version[..plus], version[(plus + 1)..], Environment.Version.ToString());
    }
}
