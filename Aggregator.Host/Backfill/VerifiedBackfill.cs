using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Aggregator.Core.Backfill;
using Aggregator.Core.Publishing;
using Aggregator.Core.Windows;

namespace Aggregator.Host.Backfill;

/// <summary>
/// A backfill that is tried at once: promtool makes blocks of its files in a temporary folder, and as many samples must be in them as were written. promtool says nothing of lines that
/// it drops.
/// </summary>
internal sealed class VerifiedBackfill(OpenMetricsBackfill backfill, string promtool) : IReplayOutput
{
    public string Name => backfill.Name;

    public ValueTask PublishAsync(FinalResults results, CancellationToken cancellation) => backfill.PublishAsync(results, cancellation);

    public ValueTask<JsonNode?> SaveAsync(CancellationToken cancellation) => backfill.SaveAsync(cancellation);

    public async ValueTask<string?> CompleteAsync(CancellationToken cancellation)
    {
        string? said = await backfill.CompleteAsync(cancellation);
        long found = 0;
        int blocks = 0;
        foreach (string file in backfill.Files)
        {
            (long samples, int count) = await CountAsync(file, cancellation);
            found += samples;
            blocks += count;
        }
        return found == backfill.Samples
            ? string.Create(CultureInfo.InvariantCulture, $"{said}; verified: {promtool} makes {blocks} blocks with all of them")
            : throw new OutputRefusedException(string.Create(CultureInfo.InvariantCulture, $"{said}; but in the blocks that {promtool} makes of them are {found} samples: do not use these files"));
    }

    public ValueTask DisposeAsync() => backfill.DisposeAsync();

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
