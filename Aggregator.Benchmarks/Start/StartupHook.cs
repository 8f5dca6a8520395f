using System.Runtime;

/// <summary>The runtime calls it before the main method of a program that is started with DOTNET_STARTUP_HOOKS; it must have that name and no namespace.</summary>
internal static class StartupHook
{
    /// <summary>At its end the program says on stderr what was compiled.</summary>
    public static void Initialize() => AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        Console.Error.WriteLine($"compiled {JitInfo.GetCompiledMethodCount()}, {JitInfo.GetCompilationTime().TotalMilliseconds:0}");
}
