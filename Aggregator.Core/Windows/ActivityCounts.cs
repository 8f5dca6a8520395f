using Aggregator.Core.Records;
using Aggregator.Core.Sketches;

namespace Aggregator.Core.Windows;

/// <summary>What happened in one window in one group: users, received facts with their samples, acknowledgements.</summary>
internal sealed class ActivityCounts(GroupKey group, int maxErrorCodes, SpareTables spares) : IClearable
{
    private readonly DistinctCounter _users = new(spares.Users);
    private readonly LatencyHistogram _samples = new();
    private ErrorCodeCounts? _errors;
    private long _received;
    private long _acks;

    /// <summary>Facts in it, for the count of what a limit left out.</summary>
    public long Facts { get; private set; }

    /// <summary>Facts that the limit on error codes left out.</summary>
    public long ErrorsLeftOut => _errors?.LeftOut ?? 0;

    /// <summary>The facts of the record will be added soon, or not.</summary>
    public void Prefetch(DecodedRecord record)
    {
        _users.Prefetch(record.Recipient);
        if (record.Topic == RecordTopic.Latency)
        {
            _users.Prefetch(record.Sender);
            if (record.IsReceived)
            {
                _samples.Prefetch((uint)record.SampleMs);
            }
        }
    }

    public void AddSender(DecodedRecord record)
    {
        Facts++;
        _users.Add(record.Sender);
    }

    /// <param name="record">The latency record.</param>
    /// <param name="hasSample">Whether its sample is one.</param>
    public void AddReceived(DecodedRecord record, bool hasSample)
    {
        Facts++;
        _received++;
        if (record.HasRecipient)
        {
            _users.Add(record.Recipient);
        }
        if (hasSample)
        {
            _samples.Add((uint)record.SampleMs);
        }
    }

    public void AddAck(DecodedRecord record, RecordDecoder decoder, ReadOnlySpan<byte> value)
    {
        Facts++;
        if (record.HasRecipient)
        {
            _users.Add(record.Recipient);
        }
        if (record.IsSuccess)
        {
            _acks++;
        }
        else
        {
            (_errors ??= new(maxErrorCodes)).Add(record.ErrorCode, decoder, record, value);
        }
    }

    public void Clear()
    {
        _users.Clear();
        _samples.Clear();
        _errors?.Clear();
        _received = 0;
        _acks = 0;
        Facts = 0;
    }

    /// <summary>Adds what another one has, for which nothing but <see cref="Clear"/> may follow.</summary>
    public void Merge(ActivityCounts other)
    {
        Facts += other.Facts;
        _received += other._received;
        _acks += other._acks;
        _users.Merge(other._users);
        _samples.Merge(other._samples);
        if (_errors is null)
        {
            _errors = other._errors;
            other._errors = null;
        }
        else if (other._errors is not null)
        {
            _errors.Merge(other._errors);
        }
    }

    public GroupActivity ToResult() => new(group, _users.Count, _received, Latency(), _acks, _errors?.ToList() ?? []);

    private LatencyStatistics? Latency() => _samples.Count == 0
        ? null
        : new(_samples.Percentile(0.50), _samples.Percentile(0.95), _samples.Percentile(0.99), _samples.Mean, _samples.Max, _samples.ToFinal());
}
