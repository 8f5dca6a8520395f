using System.CommandLine;
using System.Reflection;
using Aggregator.Core.Diagnostics;
using Aggregator.Core.Publishing;
using Aggregator.Core.RemoteWrite;
using Aggregator.Host.Logging;
using Aggregator.Host.Settings;

namespace Aggregator.Host.Backfill;

/// <summary>Remote write: <c>--remote-write URL</c>; everything else comes from the section <c>RemoteWrite</c> of the settings.</summary>
public sealed class RemoteWriteKind(TargetLabels labels) : IReplayOutputKind
{
    private readonly Option<string?> _url = new("--remote-write")
    {
        HelpName = "URL",
        Description = "Also sends the results to a receiver of remote write, http://prometheus:9090/api/v1/write for one; authentication, TLS and limits are those of "
            + "the settings RemoteWrite. A Prometheus takes the past only with storage.tsdb.out_of_order_time_window.",
    };

    public string? Extension => null;

    public void AddOptions(Command command)
    {
        ArgumentNullException.ThrowIfNull(command);
        command.Options.Add(_url);
        labels.AddTo(command);
    }

    public IEnumerable<IReplayOutput> Open(ReplayOutputRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        ExternalLabels external = labels.Read(request.Parsed, request.Settings);
        if (request.Parsed.GetValue(_url) is not { } url)
        {
            return [];
        }
        if (RemoteWriteSection.UrlProblem(url) is { } problem)
        {
            throw new CommandFailedException($"--remote-write {Secrets.MaskAddress(url)}: {problem}", ExitCode.Usage);
        }
        RemoteWriteSettings settings = request.Settings.RemoteWrite with { Url = new Uri(url), Labels = external };
        return [Create(settings, request)];
    }

    private static RemoteWriteOutput Create(RemoteWriteSettings settings, ReplayOutputRequest request)
    {
        // The output lives as long as the verb; so does its logger.
        ILoggerFactory loggers = ConsoleLogging.Create(LogOptions.LevelOf(request.Parsed));
        return new(settings, request.Settings.Aggregation.Groups, BuildInfo.Of(Assembly.GetExecutingAssembly()), losesNothing: true, new RemoteWriteStatus(),
            loggers.CreateLogger<RemoteWriteOutput>(), TimeProvider.System, request.Saved.GetValueOrDefault(settings.Url!.GetLeftPart(UriPartial.Path)));
    }
}
