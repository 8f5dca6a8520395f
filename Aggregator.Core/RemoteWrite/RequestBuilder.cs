using Aggregator.Core.Publishing;
using Google.Protobuf;
using Snappier;

namespace Aggregator.Core.RemoteWrite;

/// <summary>Gathers samples into one request. Samples of a series must come in the order of time.</summary>
internal sealed class RequestBuilder(ExternalLabels labels)
{
    private readonly Dictionary<SeriesKey, TimeSeries> _series = [];

    /// <summary>Samples so far, histograms included.</summary>
    public int Samples { get; private set; }

    /// <summary>The latest time of a sample; 0 where there is none.</summary>
    public long LatestMs { get; private set; }

    public void Add(SeriesKey series, long timeMs, double value)
    {
        Of(series).Samples.Add(new Sample { Value = value, Timestamp = timeMs });
        Count(timeMs);
    }

    public void Add(SeriesKey series, NativeHistogram histogram)
    {
        Of(series).Histograms.Add(histogram);
        Count(histogram.Timestamp);
    }

    /// <summary>The request as it goes over the wire: protobuf in Snappy's block format. The builder is empty after it.</summary>
    public WriteBody Take(bool isHistograms)
    {
        WriteRequest request = new();
        request.Timeseries.Add(_series.Values);
        WriteBody body = new(Snappy.CompressToArray(request.ToByteArray()), Samples, LatestMs, isHistograms);
        _series.Clear();
        Samples = 0;
        LatestMs = 0;
        return body;
    }

    private TimeSeries Of(SeriesKey key)
    {
        if (!_series.TryGetValue(key, out TimeSeries? series))
        {
            series = new();
            series.Labels.Add(labels.Of(key).Select(label => new Label { Name = label.Key, Value = label.Value }));
            _series.Add(key, series);
        }
        return series;
    }

    private void Count(long timeMs)
    {
        Samples++;
        LatestMs = Math.Max(LatestMs, timeMs);
    }
}
