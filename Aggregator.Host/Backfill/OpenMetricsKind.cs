using System.CommandLine;
using Aggregator.Core.Backfill;
using Aggregator.Core.Publishing;

namespace Aggregator.Host.Backfill;

/// <summary>Files for <c>promtool tsdb create-blocks-from openmetrics</c>: <c>--output backfill.om</c>.</summary>
public sealed class OpenMetricsKind(TargetLabels labels, TimeProvider time) : IReplayOutputKind
{
    private const int LargestFileMiB = 1024;

    private readonly Option<int> _fileMiB = new("--om-file-mib")
    {
        HelpName = "N",
        Description = "Size in MiB at which an .om file ends and the next one begins (backfill.om, backfill-0002.om, …).",
        DefaultValueFactory = _ => (int)(OpenMetricsBackfill.DefaultFileBytes >> 20),
    };

    private readonly Option<string?> _verify = new("--verify")
    {
        HelpName = "PROMTOOL",
        Description = "Makes blocks of the .om files in a temporary folder, and counts the samples in them; with 'promtool' of the PATH where no program is named.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string?> _prometheus = new("--backfill-target")
    {
        HelpName = "URL",
        Description = "The Prometheus that .om files are for (http://prometheus:9090): refuses a time that it has already with another value, which it would keep without a word. Authentication, TLS and time-out are those of the settings RemoteWrite.",
    };

    public string? Extension => ".om";

    public void AddOptions(Command command)
    {
        ArgumentNullException.ThrowIfNull(command);
        labels.AddTo(command);
        command.Options.Add(_prometheus);
        command.Options.Add(_verify);
        command.Options.Add(_fileMiB);
    }

    public IEnumerable<IReplayOutput> Open(ReplayOutputRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        ExternalLabels external = labels.Read(request.Parsed, request.Settings);
        int fileMiB = request.Parsed.GetValue(_fileMiB);
        string? promtool = request.Parsed.GetResult(_verify) is { Implicit: false } ? request.Parsed.GetValue(_verify) ?? "promtool" : null;
        string? prometheus = request.Parsed.GetValue(_prometheus);
        if (request.Paths.Count == 0 && (promtool ?? prometheus) is not null)
        {
            throw new CommandFailedException("--verify and --backfill-target are about .om files: name one, --output backfill.om", ExitCode.Usage);
        }
        if (fileMiB is < 1 or > LargestFileMiB)
        {
            throw new CommandFailedException($"--om-file-mib {fileMiB}: must be from 1 to {LargestFileMiB}", ExitCode.Usage);
        }
        long notAfterMs = OpenMetricsBackfill.NotAfterMs(time.GetUtcNow());
        if (request.ToMs is { } toMs && toMs > notAfterMs && request.Paths.Count > 0)
        {
            throw new CommandFailedException($"{request.Paths[0]}: a backfill file cannot have the last {OpenMetricsBackfill.Newest.TotalHours:0} hours, which Prometheus still writes itself; "
                + $"end the range with --to {TimeText.Of(notAfterMs)}, or send it with --remote-write");
        }
        PromtoolVerifier? verifier = promtool is null ? null : new PromtoolVerifier(promtool).Tried();
        return request.Paths.Select(path => new OpenMetricsBackfill(
                new(path, external, notAfterMs) { FileBytes = (long)fileMiB << 20 },
                request.Settings.Aggregation.Groups,
                prometheus is null ? null : new BackfillTarget(AskedPrometheus.Open("--backfill-target", prometheus, request.Settings.RemoteWrite), external),
                verifier,
                request.Saved.GetValueOrDefault(path)));
    }
}
