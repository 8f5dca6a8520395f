using Confluent.Kafka;

namespace Aggregator.Core.Kafka;

/// <summary>An admin client that gives up with words: what librdkafka tells its error handler is mostly why an answer never came.</summary>
internal sealed class AdminConnection : IDisposable
{
    /// <summary>How long a call takes at most.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    /// <summary>With all brokers down, how long they are given to come back.</summary>
    private static readonly TimeSpan PatienceWithBrokers = TimeSpan.FromSeconds(3);

    private readonly string _servers;
    private readonly TimeProvider _time;
    private readonly TaskCompletionSource<bool> _hopeless = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile string? _lastError;

    public AdminConnection(KafkaSettings settings, TimeProvider time)
    {
        _servers = settings.BootstrapServers;
        _time = time;
        try
        {
            Client = new AdminClientBuilder(ClientConfiguration.Admin(settings))
                .SetErrorHandler((_, error) => Note(error))
                .SetLogHandler((_, _) => { })
                .Build();
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or KafkaException)
        {
            throw new KafkaUnavailableException($"the settings of the section Kafka give no client: {e.Message}", e);
        }
    }

    public IAdminClient Client { get; }

    /// <summary>Waits for an answer as long as there is hope for one.</summary>
    /// <exception cref="KafkaUnavailableException">None came, or a refusal.</exception>
    public async Task<T> AskAsync<T>(Func<IAdminClient, Task<T>> question, CancellationToken cancellation)
    {
        try
        {
            Task<T> answer = question(Client);
            Task first = await Task.WhenAny(answer, _hopeless.Task).WaitAsync(Timeout + TimeSpan.FromSeconds(2), _time, cancellation).ConfigureAwait(false);
            if (first != answer)
            {
                _ = answer.ContinueWith(static t => t.Exception, TaskScheduler.Default); // seen
                throw Unavailable(null);
            }
            return await answer.ConfigureAwait(false);
        }
        catch (KafkaException e) when (e.GetType() == typeof(KafkaException))
        {
            throw Unavailable(e);
        }
        catch (TimeoutException e)
        {
            throw Unavailable(e);
        }
    }

    public void Dispose() => Client.Dispose();

    private KafkaUnavailableException Unavailable(Exception? cause) => new(
        _lastError is { } error ? $"{_servers}: {error}" : $"{_servers} does not answer: {cause?.Message ?? "no connection"}", cause);

    private void Note(Error error)
    {
        if (error.Code is ErrorCode.Local_Authentication or ErrorCode.Local_Ssl or ErrorCode.Local_Resolve
            || error.IsFatal || _lastError is null || error.Code == ErrorCode.Local_Transport)
        {
            _lastError = error.Reason;
        }
        if (error.Code is ErrorCode.Local_Authentication or ErrorCode.Local_Ssl || error.IsFatal)
        {
            _hopeless.TrySetResult(true);
        }
        else if (error.Code == ErrorCode.Local_AllBrokersDown)
        {
            _ = Task.Delay(PatienceWithBrokers, _time).ContinueWith(_ => _hopeless.TrySetResult(true), TaskScheduler.Default);
        }
    }
}
