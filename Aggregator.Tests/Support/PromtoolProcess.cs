using System.Diagnostics;
using Xunit;

namespace Aggregator.Tests.Support;

/// <summary>A run of a real promtool, of major version 2 or 3.</summary>
internal static class PromtoolProcess
{
    /// <summary>Runs it to its end and gives what it says on both streams; another exit code than 0 fails the test.</summary>
    public static async Task<string> RunAsync(int version, params string[] arguments)
    {
        ProcessStartInfo start = new(PrometheusProcess.Program("promtool", version), arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process promtool = Process.Start(start)!;
        Task<string> output = promtool.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        Task<string> errors = promtool.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await promtool.WaitForExitAsync(TestContext.Current.CancellationToken);
        string all = await output + await errors;
        Assert.True(promtool.ExitCode == 0, all);
        return all;
    }
}
