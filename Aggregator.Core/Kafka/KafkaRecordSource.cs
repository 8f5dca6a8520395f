using System.Threading.Channels;
using Aggregator.Core.Diagnostics;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace Aggregator.Core.Kafka;

/// <summary>
/// Reads both topics as one member of the group: a thread of its own polls Confluent.Kafka and hands batches, assignments and ends over in the order in which
/// they happened. With Kafka absent it keeps trying; a consumer that ends with a fatal error is replaced. Knows nothing of Akka.
/// </summary>
/// <remarks>
/// Orderly end: <see cref="Complete"/>, let the stream run out, flush the <see cref="OffsetCommitter"/>, then <see cref="StopAsync"/>: the member stays in the
/// group until then, so that the last commit counts.
/// </remarks>
public sealed class KafkaRecordSource : IAsyncDisposable
{
    private static readonly TimeSpan DisposeTimeout = TimeSpan.FromSeconds(3);

    private readonly SourceContext _context;
    private readonly SourceOutput _output;
    private readonly AssignmentBoard _board;
    private readonly AssignmentResolver _resolver;
    private readonly BrokerMonitor _monitor;
    private readonly Dictionary<string, string> _configuration;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Thread _thread;
    private volatile bool _complete;
    private int _started;

    /// <param name="settings">The section <c>Kafka</c>, checked.</param>
    /// <param name="pool">The batches to fill; its size bounds what is under way.</param>
    /// <param name="status">Where connection, readiness, errors and lost records are reported.</param>
    /// <param name="logger">Takes rate-limited lines.</param>
    /// <param name="time">The clock.</param>
    public KafkaRecordSource(KafkaSettings settings, RecordBatchPool pool, ServiceStatus status, ILogger<KafkaRecordSource> logger, TimeProvider time)
    {
        Pool = pool;
        _configuration = ClientConfiguration.Consumer(settings);
        _context = new SourceContext(settings, status, logger, time);
        _output = new SourceOutput(pool, time, keepKeys: settings.DeadLetterTopic is not null);
        _board = new AssignmentBoard(_context.Names);
        _resolver = new AssignmentResolver(settings, _context.Names, time);
        _monitor = new BrokerMonitor(_context, _board);
        _thread = new Thread(Run) { IsBackground = true, Name = "kafka-poll" };
    }

    /// <summary>What happened, in order. Ends after <see cref="Complete"/> or <see cref="StopAsync"/>.</summary>
    public ChannelReader<SourceElement> Elements => _output.Elements;

    /// <summary>Where batches go back to.</summary>
    public RecordBatchPool Pool { get; }

    /// <summary>Takes offsets to commit while the assignment that they belong to stands.</summary>
    public IOffsetStore Offsets => _board;

    /// <summary>Joins the group beside other members, with a part of the partitions, instead of standing by while another is at work. For tests.</summary>
    internal bool SharesPartitions { get; init; }

    /// <summary>As <see cref="LeadLimit.UsualRecordsBetweenWaits"/>. For tests.</summary>
    internal long RecordsBetweenWaits { init => _context.RecordsBetweenWaits = value; }

    /// <summary>Begins, unless it has begun; what comes before somebody takes it waits. Never fails because of Kafka.</summary>
    public void Start()
    {
        if (Interlocked.Exchange(ref _started, 1) == 1)
        {
            return;
        }
        _context.NotReady($"Kafka at {_context.Settings.BootstrapServers} has not answered yet");
        _thread.Start();
        _ = Task.Run(() => _monitor.RunAsync(_stop.Token));
        _ = Task.Run(() => ClientMemory.RunAsync(_context.Time, _stop.Token));
    }

    /// <summary>Reads no further: what was read is handed over and <see cref="Elements"/> ends. The member stays in the group.</summary>
    public void Complete() => _complete = true;

    /// <summary>Ends it all. Never takes longer than <paramref name="timeout"/>: leaving the group can hang when brokers do, and is then given up.</summary>
    /// <returns>Whether the group was left in good order; else the others take over after the session timeout.</returns>
    public async Task<bool> StopAsync(TimeSpan timeout)
    {
        _complete = true;
        await _stop.CancelAsync().ConfigureAwait(false);
        if (Volatile.Read(ref _started) == 0)
        {
            _output.Complete();
            return true;
        }
        Task first = await Task.WhenAny(_ended.Task, Task.Delay(timeout, _context.Time)).ConfigureAwait(false);
        if (first == _ended.Task)
        {
            return true;
        }
        _context.Logger.LogWarning("The Kafka consumer did not close within {Timeout}; it is abandoned, the group notices after the session timeout.", timeout);
        return false;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(DisposeTimeout).ConfigureAwait(false);
        _stop.Dispose();
    }

    private void Run()
    {
        var backoff = new Backoff(_context.Time, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30));
        try
        {
            while (!_stop.IsCancellationRequested)
            {
                long started = _context.Time.GetTimestamp();
                if (RunOne(out bool madeWay) is not { } problem)
                {
                    if (madeWay)
                    {
                        continue;
                    }
                    break;
                }
                if (_context.Time.GetElapsedTime(started) > TimeSpan.FromMinutes(5))
                {
                    backoff.Reset();
                }
                backoff.Lengthen();
                _context.NotReady("the Kafka consumer is being replaced: " + problem);
                _context.Logger.LogError("The Kafka consumer ended: {Problem}. A new one is made in {Wait}.", problem, backoff.Wait);
                _stop.Token.WaitHandle.WaitOne(backoff.Wait);
            }
        }
        finally
        {
            _output.Complete();
            _ended.TrySetResult();
        }
    }

    /// <summary>Runs one consumer to its end; null when it ended because it was told to, or left the group to another member.</summary>
    private string? RunOne(out bool madeWay)
    {
        madeWay = false;
        ConsumerLoop? loop = null;
        try
        {
            loop = new ConsumerLoop(_context, _output, _board, _resolver, handlers => ConsumerSession.Open(_configuration, _context.Settings, handlers, Log), Gate);
            string? problem = loop.Run(() => _stop.IsCancellationRequested, () => _complete);
            madeWay = loop.MadeWay;
            return problem;
        }
#pragma warning disable CA1031 // Whatever goes wrong with one consumer, the next may do: nothing that Kafka does ends the service.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return e is KafkaException kafka ? kafka.Error.Reason : $"{e.GetType().Name}: {e.Message}";
        }
        finally
        {
            // The next consumer's threads begin where this one may run.
            _context.Threads?.Release();
            // A broken consumer must not hold up the next one; at the end StopAsync is what waits.
            loop?.Close(_stop.IsCancellationRequested ? null : DisposeTimeout);
        }
    }

    private StandbyGate? Gate(ConsumerSession session) => SharesPartitions
        ? null
        : new StandbyGate(_context, _configuration.GetValueOrDefault("group.instance.id"), () => session.DescribeGroupAsync(_context.Settings.GroupId));

    private void Log(LogMessage message)
    {
        // CONFWARN: keys that this kind of client does not use. FAIL and ERROR come as errors as well.
        if (message.Facility is "CONFWARN" or "FAIL" or "ERROR")
        {
            return;
        }
        _context.Warn("log:" + message.Facility, $"librdkafka: {message.Message}", message.Level <= SyslogLevel.Warning);
    }
}
