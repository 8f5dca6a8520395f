using System.Reflection;
using Aggregator.Core.Diagnostics;
using Aggregator.Core.Kafka;
using Aggregator.Core.Pipeline;
using Aggregator.Core.Publishing;
using Aggregator.Core.RemoteWrite;
using Aggregator.Core.Windows;
using Aggregator.Host.Settings;
using Aggregator.Host.Web;
using Akka.Streams;

namespace Aggregator.Host.Service;

/// <summary>
/// The service: pipeline and web server, started and stopped in order. It starts without Kafka and waits for it; it stops within
/// <see cref="StopLimit"/>, whatever hangs.
/// </summary>
public sealed class AggregatorService : IAsyncDisposable
{
    /// <summary>From the wish to stop to the end (DESIGN.md, invariant 8), with a second to spare.</summary>
    public static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(9);

    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan CommitLimit = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LeaveLimit = TimeSpan.FromSeconds(2);

    /// <summary>More than the web server takes; an output that hangs is given up then.</summary>
    private static readonly TimeSpan PartLimit = TimeSpan.FromSeconds(2.5);

    private readonly ILogger _logger;
    private readonly Stack<IAsyncDisposable> _parts = new();
    private readonly TimeProvider _time;
    private PipelineControl? _pipeline;
    private OffsetCommitter? _committer;
    private DeadLetterProducer? _deadLetters;

    private AggregatorService(ILogger logger, TimeProvider time)
    {
        _logger = logger;
        _time = time;
    }

    /// <summary>Where the web server listens.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>Ends when the pipeline does: never by itself, unless it fails.</summary>
    public Task Completion => _pipeline!.Completion;

    /// <param name="settings">The settings in force.</param>
    /// <param name="web">How the web server is reached.</param>
    /// <param name="outputs">Where results go besides the web page; they become the service's.</param>
    /// <param name="loggers">Makes loggers.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellation">Gives up starting.</param>
    /// <exception cref="ListenException">The web server cannot listen there.</exception>
    /// <exception cref="CommandFailedException">Its configuration file cannot be used.</exception>
    public static async Task<AggregatorService> StartAsync(AggregatorSettings settings, WebServerOptions web, IReadOnlyList<IResultOutput> outputs,
        ILoggerFactory loggers, TimeProvider time, CancellationToken cancellation)
    {
        AggregatorService service = new(loggers.CreateLogger<AggregatorService>(), time);
        try
        {
            await service.StartPartsAsync(settings, web, outputs, loggers, cancellation);
            return service;
        }
        catch
        {
            await service.DisposeAsync();
            throw;
        }
    }

    /// <summary>Stops in order: reads no further, publishes what is final, commits, leaves the group, stops serving.</summary>
    public async ValueTask DisposeAsync()
    {
        long started = _time.GetTimestamp();
        if (_pipeline is { Completion.IsFaulted: true })
        {
            _logger.LogCritical("The pipeline failed; what is not published yet will be after the next start");
            await _pipeline.Source.StopAsync(LeaveLimit);
        }
        else if (_pipeline is not null)
        {
            _pipeline.Source.Complete();
            if (!await EndsWithinAsync(_pipeline.Completion, DrainLimit))
            {
                _logger.LogWarning("An output or Kafka holds the pipeline up; what is not published yet will be after the next start");
            }
            else if (!await _committer!.FlushAsync(CommitLimit))
            {
                _logger.LogWarning("The last offsets could not be committed; the next start reads a little more");
            }
            _deadLetters?.Flush(TimeSpan.FromMilliseconds(500));
            await _pipeline.Source.StopAsync(LeaveLimit);
        }
        while (_parts.TryPop(out IAsyncDisposable? part))
        {
            TimeSpan left = StopLimit - _time.GetElapsedTime(started);
            await EndsWithinAsync(part.DisposeAsync().AsTask(), left < PartLimit ? left : PartLimit);
        }
        _logger.LogInformation("Stopped in {Elapsed:0.0} s", _time.GetElapsedTime(started).TotalSeconds);
    }

    private async Task StartPartsAsync(AggregatorSettings settings, WebServerOptions web, IReadOnlyList<IResultOutput> outputs,
        ILoggerFactory loggers, CancellationToken cancellation)
    {
        // Kafka's client, Akka and the web server take a while each, most of it for the compiler and for answers: side by side.
        ServiceStatus status = new();
        KafkaSettings kafka = settings.Kafka;
        KafkaRecordSource source = new(kafka, RecordBatchPool.For(settings.Aggregation.LaneCount), status, loggers.CreateLogger<KafkaRecordSource>(), _time);
        _parts.Push(source);
        source.Start();
        var akka = Task.Run(() => AkkaSystem.StartAsync(loggers, cancellation), cancellation);
        _parts.Push(new StartedBeside(akka));
        List<IResultOutput> others = [.. outputs.Select(output => new DetachingOutput(output, status, loggers.CreateLogger<DetachingOutput>(), _time))];
        FoldCounters counters = new();
        BuildInfo build = BuildInfo.Of(Assembly.GetExecutingAssembly());
        if (settings.RemoteWrite.Url is not null)
        {
            status.RemoteWrite = new();
            RemoteWriteOutput remote = new(settings.RemoteWrite, settings.Aggregation.Groups, build, losesNothing: false, status.RemoteWrite,
                loggers.CreateLogger<RemoteWriteOutput>(), _time);
            // Not to be let go: it never holds anyone back, for it has a buffer of its own.
            others.Add(remote);
        }
        foreach (IResultOutput output in others)
        {
            _parts.Push(output);
        }
        PrometheusOutput page = new(settings.Aggregation);
        _parts.Push(page);
        WindowHistory history = new(status.HistoryDropped);
        _parts.Push(history);
        SelfMetrics self = new(status, counters, settings.Kafka.LatencyTopic, settings.Kafka.AckTopic, build, new ProcessMetrics(_time));
        _parts.Push(new Part(self));
        ServiceView view = new(new MetricsPage(page, self), history, status, counters, settings, build, _time);
        MetricsServer server = await MetricsServer.StartAsync(web, view, loggers, cancellation);
        _parts.Push(server);
        Address = server.Addresses[0];
        _logger.LogInformation("Serving {Address}metrics", Address);
        _deadLetters = kafka.DeadLetterTopic is null ? null : new(kafka, status, loggers.CreateLogger<DeadLetterProducer>(), _time);
        if (_deadLetters is not null)
        {
            _parts.Push(new Part(_deadLetters));
        }
        _committer = new(source.Offsets, status, loggers.CreateLogger<OffsetCommitter>(), _time);
        _parts.Push(new Part(_committer));
        ResultPublisher publisher = new([page, history, .. others], status, loggers.CreateLogger<ResultPublisher>(), _time);
        _parts.Push(publisher);
        RejectedRecords rejects = new(new RejectLog(kafka, loggers.CreateLogger<RejectLog>(), _time), _deadLetters);
        LiveFold fold = new(settings.Aggregation, settings.Fields, kafka, counters, status, rejects, _committer.Progress, _time);
        _pipeline = AggregatorPipeline.Build(source, fold, publisher, _committer).Run((await akka).System.Materializer());
    }

    private async Task<bool> EndsWithinAsync(Task task, TimeSpan limit)
    {
        try
        {
            await task.WaitAsync(limit > TimeSpan.Zero ? limit : TimeSpan.Zero, _time);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
#pragma warning disable CA1031 // On the way out nothing may keep the rest from ending.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            _logger.LogError("While stopping: {Problem}", failure.Message);
            return false;
        }
    }

    private sealed class Part(IDisposable part) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            part.Dispose();
            return ValueTask.CompletedTask;
        }
    }

    private sealed class StartedBeside(Task<AkkaSystem> akka) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await Task.WhenAny(akka);
            if (akka.IsCompletedSuccessfully)
            {
                await (await akka).DisposeAsync();
            }
        }
    }
}
