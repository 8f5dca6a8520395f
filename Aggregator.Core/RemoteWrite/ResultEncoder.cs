using Aggregator.Core.Publishing;
using Aggregator.Core.Windows;

namespace Aggregator.Core.RemoteWrite;

/// <summary>
/// Turns results into requests: the gauges of the page at the ends of their windows, native histograms of the latency, and markers where a series ends. What was given before is
/// passed over. No I/O.
/// </summary>
internal sealed class ResultEncoder
{
    private const string HistogramName = "im_latency_seconds";

    private readonly WindowGauges _gauges;
    private readonly GaugeFamily[] _histograms;
    private readonly int _maxSamples;
    private readonly bool _withHistograms;
    private readonly RequestBuilder _gaugeRequest;
    private readonly RequestBuilder _histogramRequest;
    private readonly SeriesLifetimes _activity = new();
    private readonly SeriesLifetimes _delivery = new();
    private readonly SeriesLifetimes _latency = new();

    public ResultEncoder(RemoteWriteSettings settings, IReadOnlyList<IReadOnlyList<string>> dimensionSets)
    {
        _gauges = new(dimensionSets);
        _histograms = [new(HistogramName, "", []), .. dimensionSets.Select(set => new GaugeFamily(
            HistogramName + MetricNames.Suffix(set), "", [.. set.Select(MetricNames.Label)]))];
        _maxSamples = settings.MaxSamplesPerSend;
        _withHistograms = settings.NativeHistograms;
        _gaugeRequest = new(settings.Labels);
        _histogramRequest = new(settings.Labels);
    }

    /// <summary>What is known of the series, to be restored when a replay goes on.</summary>
    public LifetimeState State => new(_gauges.Families, _histograms, [_activity, _delivery, _latency]);

    /// <summary>Requests that are full; what is left over waits for more.</summary>
    public IEnumerable<WriteBody> Add(FinalResults results)
    {
        foreach (ActivityResult activity in results.Activities.Where(activity => !_activity.IsRepeated(activity.Window)))
        {
            foreach (WriteBody full in AddGauges(_activity, activity.Window, _gauges.Of(activity)).Concat(AddHistograms(activity)))
            {
                yield return full;
            }
        }
        foreach (WindowResult window in results.Windows.Where(window => !_delivery.IsRepeated(window.Window)))
        {
            foreach (WriteBody full in AddGauges(_delivery, window.Window, _gauges.Of(window)))
            {
                yield return full;
            }
        }
    }

    /// <summary>The requests of what is left over.</summary>
    public IEnumerable<WriteBody> Flush()
    {
        if (_gaugeRequest.Samples > 0)
        {
            yield return _gaugeRequest.Take(isHistograms: false);
        }
        if (_histogramRequest.Samples > 0)
        {
            yield return _histogramRequest.Take(isHistograms: true);
        }
    }

    /// <summary>Marks the end of all series, and gives out what is left over.</summary>
    public IEnumerable<WriteBody> End()
    {
        foreach (SeriesLifetimes lifetimes in new[] { _activity, _delivery, _latency })
        {
            foreach (WriteBody full in AddMarkers(lifetimes.End()))
            {
                yield return full;
            }
        }
        foreach (WriteBody rest in Flush())
        {
            yield return rest;
        }
    }

    private IEnumerable<WriteBody> AddGauges(SeriesLifetimes lifetimes, WindowSpan window, IEnumerable<GaugeSample> samples)
    {
        Dictionary<SeriesKey, double> values = samples.ToDictionary(sample => new SeriesKey(sample.Family, sample.LabelValues), sample => sample.Value);
        foreach (WriteBody full in AddMarkers(lifetimes.Next(window, [.. values.Keys])))
        {
            yield return full;
        }
        foreach ((SeriesKey series, double value) in values)
        {
            _gaugeRequest.Add(series, window.EndMs, value);
            if (_gaugeRequest.Samples >= _maxSamples)
            {
                yield return _gaugeRequest.Take(isHistograms: false);
            }
        }
    }

    private IEnumerable<WriteBody> AddHistograms(ActivityResult activity)
    {
        if (!_withHistograms)
        {
            yield break;
        }
        Dictionary<SeriesKey, LatencyStatistics> latencies = activity.Groups.Where(group => group.Latency is not null)
            .ToDictionary(group => new SeriesKey(_histograms[group.Group.Set + 1], [.. group.Group.Values]), group => group.Latency!);
        foreach (WriteBody full in AddMarkers(_latency.Next(activity.Window, [.. latencies.Keys])))
        {
            yield return full;
        }
        foreach ((SeriesKey series, LatencyStatistics latency) in latencies)
        {
            _histogramRequest.Add(series, NativeHistograms.Of(latency.Samples, activity.Window.EndMs));
            if (_histogramRequest.Samples >= _maxSamples)
            {
                yield return _histogramRequest.Take(isHistograms: true);
            }
        }
    }

    private IEnumerable<WriteBody> AddMarkers((long TimeMs, IReadOnlyList<SeriesKey> Series) ended)
    {
        foreach (SeriesKey series in ended.Series)
        {
            bool isHistogram = Array.IndexOf(_histograms, series.Family) >= 0;
            RequestBuilder request = isHistogram ? _histogramRequest : _gaugeRequest;
            if (isHistogram)
            {
                request.Add(series, NativeHistograms.Stale(ended.TimeMs));
            }
            else
            {
                request.Add(series, ended.TimeMs, StaleMarker.Value);
            }
            if (request.Samples >= _maxSamples)
            {
                yield return request.Take(isHistogram);
            }
        }
    }
}
