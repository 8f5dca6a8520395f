using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Aggregator.Core.Backfill;
using Aggregator.Core.Publishing;

namespace Aggregator.Host.Backfill;

/// <summary>promtool makes blocks of the files in a temporary folder, and as many samples must be in them as were written. It says nothing of lines that it drops.</summary>
internal sealed class PromtoolVerifier(string promtool) : IBackfillVerifier
{
    /// <summary>Starts it for nothing: whether it is there is to be known before hours of records are read.</summary>
    /// <exception cref="IOException">It cannot be started.</exception>
    public PromtoolVerifier Tried()
    {
        RunAsync(["--version"], CancellationToken.None).GetAwaiter().GetResult();
        return this;
    }

    public async Task<string> VerifyAsync(IReadOnlyList<string> files, long samples, CancellationToken cancellation)
    {
        long found = 0;
        int blocks = 0;
        foreach (string file in files)
        {
            (long inFile, int count) = await CountAsync(file, cancellation);
            found += inFile;
            blocks += count;
        }
        return found == samples
            ? string.Create(CultureInfo.InvariantCulture, $"verified: {promtool} makes {blocks} blocks with all of them")
            : throw new OutputRefusedException(string.Create(CultureInfo.InvariantCulture, $"{found} of {samples} samples are in the blocks that {promtool} makes of {files[0]} and those that follow: they keep these names"));
    }

    private async Task<(long Samples, int Blocks)> CountAsync(string file, CancellationToken cancellation)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("aggregator-verify-");
        try
        {
            await RunAsync(["tsdb", "create-blocks-from", "openmetrics", file, folder.FullName], cancellation);
            long[] samples = [.. folder.EnumerateFiles("meta.json", SearchOption.AllDirectories)
                .Select(meta => (long?)JsonNode.Parse(File.ReadAllText(meta.FullName))?["stats"]?["numSamples"] ?? 0)];
            return (samples.Sum(), samples.Length);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private async Task RunAsync(string[] arguments, CancellationToken cancellation)
    {
        ProcessStartInfo start = new(promtool, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Start(start);
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(cancellation);
            string errors = await process.StandardError.ReadToEndAsync(cancellation);
            await output;
            await process.WaitForExitAsync(cancellation);
            if (process.ExitCode != 0)
            {
                throw new IOException($"{promtool} {string.Join(' ', arguments)} failed: {errors.Trim()}");
            }
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    private Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception failure)
        {
            throw new IOException($"--verify: {promtool} cannot be started ({failure.Message}); name the program: --verify PATH/promtool");
        }
    }
}
