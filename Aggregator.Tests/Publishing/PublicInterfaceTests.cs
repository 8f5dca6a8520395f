using Aggregator.Tests.Support;
using Xunit;

namespace Aggregator.Tests.Publishing;

/// <summary>
/// The names of the metrics are the public interface: dashboards, alerts and recording rules of others hang on them. A change here is
/// a change for all of them and belongs into the CHANGELOG.
/// </summary>
public sealed class PublicInterfaceTests
{
    [Fact]
    public async Task The_families_of_the_page_are_these()
    {
        using MetricsFixture metrics = new(withProcess: true);
        Assert.Equal(Lines(PageFamilies.All), await FamiliesAsync(metrics));
    }

    [Fact]
    public async Task A_dimension_set_has_families_of_its_own()
    {
        using MetricsFixture metrics = new([["region", "platform"]]);
        string[] own = [.. (await FamiliesAsync(metrics)).Where(line => line.Contains("_by_", StringComparison.Ordinal))];
        Assert.Equal(
            [
                "im_online_users_by_region_platform gauge", "im_window_received_messages_by_region_platform gauge",
                "im_latency_p50_seconds_by_region_platform gauge", "im_latency_p95_seconds_by_region_platform gauge",
                "im_latency_p99_seconds_by_region_platform gauge", "im_latency_mean_seconds_by_region_platform gauge",
                "im_latency_max_seconds_by_region_platform gauge", "im_window_acks_by_region_platform gauge",
                "im_window_ack_errors_by_region_platform gauge", "im_window_sent_messages_by_region_platform gauge",
                "im_window_delivered_messages_by_region_platform gauge", "im_delivery_ratio_by_region_platform gauge",
                "im_delivery_ratio_lower_by_region_platform gauge", "im_delivery_ratio_upper_by_region_platform gauge",
            ],
            own);
    }

    private static async Task<string[]> FamiliesAsync(MetricsFixture metrics) =>
        [.. (await metrics.SamplesAsync("# TYPE ")).Select(line => line["# TYPE ".Length..])];

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
