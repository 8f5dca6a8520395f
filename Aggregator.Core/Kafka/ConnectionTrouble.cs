using System.Globalization;
using Confluent.Kafka;

namespace Aggregator.Core.Kafka;

/// <summary>
/// Remembers what a client said about its connections: a request that fails says only that it timed out, while the reason (refused, TLS, SASL) came
/// to the client's error handler before.
/// </summary>
internal sealed class ConnectionTrouble(IReadOnlyDictionary<string, string> configuration, TimeSpan timeout)
{
    private volatile string? _reason;

    /// <summary>The last trouble; null for none so far.</summary>
    public string? Reason => _reason;

    public void Note(Error error)
    {
        // "all brokers are down" comes after the reason why
        if (error.Code != ErrorCode.Local_AllBrokersDown)
        {
            _reason = error.Reason;
        }
    }

    /// <summary>A broker that just closes the connection (a wrong security.protocol) makes no error, only a line in the log.</summary>
    public void Note(LogMessage message)
    {
        if (message.Facility == "FAIL")
        {
            // [thrd:host:9092/bootstrap]: what happened
            int thread = message.Message.StartsWith('[') ? message.Message.IndexOf("]: ", StringComparison.Ordinal) : -1;
            _reason ??= thread < 0 ? message.Message : message.Message[(thread + 3)..];
        }
    }

    public KafkaUnavailableException Unavailable(KafkaException failure)
    {
        string servers = configuration.GetValueOrDefault("bootstrap.servers", "");
        bool isSilence = failure.Error.Code is ErrorCode.Local_TimedOut or ErrorCode.Local_Transport
            or ErrorCode.Local_AllBrokersDown or ErrorCode.RequestTimedOut;
        string seconds = timeout.TotalSeconds.ToString(CultureInfo.InvariantCulture);
        string message = isSilence
            ? $"no broker of {servers} answered within {seconds} s" + (_reason is null ? "" : $": {_reason}")
            : $"{servers} refused: {failure.Error.Reason}";
        return new(message, failure);
    }
}
