using System.Reflection;
using System.Runtime.Loader;
using Aggregator.Core.Windows;

namespace Aggregator.Tests.Tuning;

/// <summary>The core and these tests once more, with static fields of their own.</summary>
internal sealed class ProgramCopy() : AssemblyLoadContext(isCollectible: true)
{
    private static readonly Assembly[] Copied = [typeof(WindowAggregator).Assembly, typeof(ProgramCopy).Assembly];

    /// <summary>The copy of a type.</summary>
    public Type TypeOf(Type type) => LoadFromAssemblyName(type.Assembly.GetName()).GetType(type.FullName!, throwOnError: true)!;

    protected override Assembly? Load(AssemblyName assemblyName) =>
        Array.Find(Copied, assembly => assembly.GetName().Name == assemblyName.Name) is { } copied ? LoadFromAssemblyPath(copied.Location) : null;
}
