using System.Globalization;

namespace Aggregator.Tests.Support;

/// <summary>What of windows must be in a Prometheus: the gauges of the page, read from the page itself, at the ends of the windows.</summary>
internal static class PageSamples
{
    /// <summary>Lines as <see cref="PrometheusProcess.SamplesAsync"/> gives them, sorted.</summary>
    /// <param name="windows">The windows.</param>
    /// <param name="groups">The dimension sets.</param>
    /// <param name="labels">Labels that all series have besides.</param>
    public static async Task<string[]> OfAsync(IEnumerable<WindowBuilder> windows, string[][] groups, params (string Name, string Value)[] labels)
    {
        List<string> lines = [];
        foreach (WindowBuilder window in windows)
        {
            using MetricsFixture metrics = new(groups);
            await metrics.PublishAsync(window.Final);
            HashSet<string> gauges = [.. (await metrics.SamplesAsync("# TYPE im_")).Where(line => line.EndsWith(" gauge", StringComparison.Ordinal)).Select(line => line.Split(' ')[2])];
            foreach (string line in await metrics.SamplesAsync("im_"))
            {
                string series = line[..line.LastIndexOf(' ')];
                string name = series.Split('{')[0];
                if (gauges.Contains(name))
                {
                    IEnumerable<string> own = series.Length == name.Length ? [] : series[(name.Length + 1)..^1].Split(',').Select(label => label.Replace("\"", "", StringComparison.Ordinal));
                    string text = string.Join(',', own.Append($"__name__={name}").Concat(labels.Select(label => $"{label.Name}={label.Value}"))
                        .Where(label => !label.EndsWith('=')).Order(StringComparer.Ordinal));
                    lines.Add(string.Create(CultureInfo.InvariantCulture, $"{text}@{window.Window.EndMs} {line[(series.Length + 1)..]}"));
                }
            }
        }
        lines.Sort(StringComparer.Ordinal);
        return [.. lines];
    }
}
