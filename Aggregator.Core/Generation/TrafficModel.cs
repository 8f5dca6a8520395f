namespace Aggregator.Core.Generation;

/// <summary>Who sends when to whom, and how each message fares. What is written about it, and when, is the generator's part.</summary>
internal sealed class TrafficModel
{
    private const double MsPerDay = 86_400_000;
    private const double PeakMs = 20 * 3_600_000;

    // Messages between regions cross a long line.
    private const double LongWayMs = 80;

    // Most people write to people near them; with few users there may be none.
    private const double NearShare = 0.85;
    private const int MaxNearAttempts = 8;

    // A sleeping phone is woken within seconds, some within a minute; beyond that it counts as offline.
    private const double TailFactor = 40;
    private const double TailSpread = 1;
    private const double LongestLatencyMs = 60_000;

    private const double ReceivedThoughLost = 0.3;
    private const double MeanAckDelayMs = 40;
    private const double DropShare = 0.4;
    private const double SpikeFactor = 20;

    // How long the rate is taken as constant.
    private const double RateStepMs = 1_000;

    private readonly TrafficSettings _settings;
    private readonly TrafficRandom _random;
    private readonly Population _population;
    private readonly double _medianLog;
    private readonly double _endMs;
    private readonly double[] _errorWeights;
    private readonly double _errorWeight;
    private readonly (IncidentKind Kind, double FromMs, double ToMs)[] _incidents;
    private double _offsetMs;
    private double _rateEndMs;
    private double _meanGapMs;
    private long _number;

    public TrafficModel(TrafficSettings settings, TrafficRandom random)
    {
        _settings = settings;
        _random = random;
        _population = new(settings);
        _medianLog = Math.Log(settings.MedianLatencyMs);
        _endMs = settings.Duration?.TotalMilliseconds ?? double.PositiveInfinity;
        _errorWeights = [.. settings.ErrorCodes.Select(code => code.Value)];
        _errorWeight = _errorWeights.Sum();
        _incidents = [.. settings.Incidents.Select(incident =>
            (incident.Kind, incident.Start.TotalMilliseconds, (incident.Start + incident.Duration).TotalMilliseconds))];
    }

    /// <summary>The next message in the order of sending; false where there is no more.</summary>
    public bool TryNext(out TrafficMessage message)
    {
        message = default;
        if (_number >= _settings.Messages)
        {
            return false;
        }
        do
        {
            AdvanceToNextSending();
            // No day of its own ever ends that is not bounded by time or number; the years are.
            if (_offsetMs >= _endMs || _settings.StartMs + _offsetMs + LongestLatencyMs > 4_102_444_799_999)
            {
                return false;
            }
            message.From = _population.Draw(_random);
            message.FromTraits = _population.TraitsOf(message.From);
        }
        while (message.FromTraits.Node == Population.NodeThatFails && IsGoingOn(IncidentKind.NodeOutage));
        message.Number = _number++;
        message.SentAt = _settings.StartMs + (long)_offsetMs;
        int region = message.FromTraits.Region;
        bool staysNear = _random.Happens(NearShare);
        for (int attempt = 0; ; attempt++)
        {
            message.To = _population.Draw(_random);
            message.ToTraits = _population.TraitsOf(message.To);
            if (message.To != message.From && (!staysNear || message.ToTraits.Region == region || attempt >= MaxNearAttempts))
            {
                break;
            }
        }
        message.LatencyMs = (long)Latency(message.ToTraits.Region != region);
        Fate(ref message);
        return true;
    }

    private void AdvanceToNextSending()
    {
        if (_offsetMs >= _rateEndMs)
        {
            double timeOfDay = (_settings.StartMs + _offsetMs) % MsPerDay;
            double swing = 1 + _settings.DailySwing * Math.Cos((timeOfDay - PeakMs) / MsPerDay * 2 * Math.PI);
            // at the bottom of a full swing there is still a trickle, or time would not move on
            _meanGapMs = 1_000 / (_settings.Rate * Math.Max(swing, 0.01));
            _rateEndMs = _offsetMs + RateStepMs;
        }
        _offsetMs += _random.Exponential(_meanGapMs);
    }

    private double Latency(bool isLongWay)
    {
        double log = _medianLog + _settings.LatencySpread * _random.Normal();
        double latency = _random.Happens(_settings.TailShare)
            ? Math.Exp(log + TailSpread * _random.Normal()) * TailFactor
            : Math.Exp(log);
        if (isLongWay)
        {
            latency += LongWayMs;
        }
        return Math.Min(LongestLatencyMs, IsGoingOn(IncidentKind.LatencySpike) ? latency * SpikeFactor : latency);
    }

    private void Fate(ref TrafficMessage message)
    {
        message.ErrorCode = -1;
        bool isDropped = (IsGoingOn(IncidentKind.DeliveryDrop) && _random.Happens(DropShare))
            || (message.ToTraits.Node == Population.NodeThatFails && IsGoingOn(IncidentKind.NodeOutage));
        double fate = _random.Uniform();
        if (isDropped)
        {
            return;
        }
        if (fate < _settings.LossShare)
        {
            message.IsReceived = fate < _settings.LossShare * ReceivedThoughLost;
            return;
        }
        message.IsAcked = true;
        message.AckedAt = message.SentAt + message.LatencyMs + (long)_random.Exponential(MeanAckDelayMs);
        if (fate < _settings.LossShare + _settings.ErrorShare)
        {
            double choice = _random.Uniform() * _errorWeight;
            int code = 0;
            while (code < _errorWeights.Length - 1 && choice >= _errorWeights[code])
            {
                choice -= _errorWeights[code++];
            }
            message.ErrorCode = code;
            return;
        }
        message.IsReceived = true;
    }

    private bool IsGoingOn(IncidentKind kind)
    {
        foreach ((IncidentKind incident, double fromMs, double toMs) in _incidents)
        {
            if (incident == kind && _offsetMs >= fromMs && _offsetMs < toMs)
            {
                return true;
            }
        }
        return false;
    }
}
