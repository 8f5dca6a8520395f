namespace Aggregator.Tests.Publishing;

/// <summary>Whole pages to compare with.</summary>
internal static class Pages
{
    /// <summary>The part about windows after one window with a dimension set.</summary>
    public const string WholeWindow = """
        # HELP im_window_end_timestamp_seconds End of the latest final window, which the window gauges are about: of its activity, and of the older one whose delivery is final.
        # TYPE im_window_end_timestamp_seconds gauge
        im_window_end_timestamp_seconds{result="activity"} 1712345700
        im_window_end_timestamp_seconds{result="delivery"} 1712345700
        # HELP im_online_users Distinct users that sent, received or acknowledged a message in the latest final window.
        # TYPE im_online_users gauge
        im_online_users 5
        # HELP im_online_users_by_region_app_version Distinct users that sent, received or acknowledged a message in the latest final window, by region and app_version.
        # TYPE im_online_users_by_region_app_version gauge
        im_online_users_by_region_app_version{region="eu",app_version=""} 3
        # HELP im_window_received_messages Messages received in the latest final window.
        # TYPE im_window_received_messages gauge
        im_window_received_messages 10
        # HELP im_window_received_messages_by_region_app_version Messages received in the latest final window, by region and app_version.
        # TYPE im_window_received_messages_by_region_app_version gauge
        im_window_received_messages_by_region_app_version{region="eu",app_version=""} 1
        # HELP im_latency_p50_seconds Median of the latency of messages received in the latest final window.
        # TYPE im_latency_p50_seconds gauge
        im_latency_p50_seconds 0.049
        # HELP im_latency_p50_seconds_by_region_app_version Median of the latency of messages received in the latest final window, by region and app_version.
        # TYPE im_latency_p50_seconds_by_region_app_version gauge
        im_latency_p50_seconds_by_region_app_version{region="eu",app_version=""} 0.007
        # HELP im_latency_p95_seconds 95th percentile of the latency of messages received in the latest final window.
        # TYPE im_latency_p95_seconds gauge
        im_latency_p95_seconds 0.12
        # HELP im_latency_p95_seconds_by_region_app_version 95th percentile of the latency of messages received in the latest final window, by region and app_version.
        # TYPE im_latency_p95_seconds_by_region_app_version gauge
        im_latency_p95_seconds_by_region_app_version{region="eu",app_version=""} 0.007
        # HELP im_latency_p99_seconds 99th percentile of the latency of messages received in the latest final window.
        # TYPE im_latency_p99_seconds gauge
        im_latency_p99_seconds 0.12
        # HELP im_latency_p99_seconds_by_region_app_version 99th percentile of the latency of messages received in the latest final window, by region and app_version.
        # TYPE im_latency_p99_seconds_by_region_app_version gauge
        im_latency_p99_seconds_by_region_app_version{region="eu",app_version=""} 0.007
        # HELP im_latency_mean_seconds Mean latency of messages received in the latest final window.
        # TYPE im_latency_mean_seconds gauge
        im_latency_mean_seconds 0.0612
        # HELP im_latency_mean_seconds_by_region_app_version Mean latency of messages received in the latest final window, by region and app_version.
        # TYPE im_latency_mean_seconds_by_region_app_version gauge
        im_latency_mean_seconds_by_region_app_version{region="eu",app_version=""} 0.007
        # HELP im_latency_max_seconds Largest latency of messages received in the latest final window.
        # TYPE im_latency_max_seconds gauge
        im_latency_max_seconds 0.12
        # HELP im_latency_max_seconds_by_region_app_version Largest latency of messages received in the latest final window, by region and app_version.
        # TYPE im_latency_max_seconds_by_region_app_version gauge
        im_latency_max_seconds_by_region_app_version{region="eu",app_version=""} 0.007
        # HELP im_window_acks Successful acknowledgements in the latest final window.
        # TYPE im_window_acks gauge
        im_window_acks 8
        # HELP im_window_acks_by_region_app_version Successful acknowledgements in the latest final window, by region and app_version.
        # TYPE im_window_acks_by_region_app_version gauge
        im_window_acks_by_region_app_version{region="eu",app_version=""} 1
        # HELP im_window_ack_errors Failed acknowledgements in the latest final window by error code.
        # TYPE im_window_ack_errors gauge
        im_window_ack_errors{code="E_\"X\"\\\n"} 2
        im_window_ack_errors{code="E_OFFLINE"} 1
        # HELP im_window_ack_errors_by_region_app_version Failed acknowledgements in the latest final window by error code, by region and app_version.
        # TYPE im_window_ack_errors_by_region_app_version gauge
        im_window_ack_errors_by_region_app_version{region="eu",app_version="",code="E_OFFLINE"} 1
        # HELP im_window_sent_messages Messages sent in the latest window whose delivery is final.
        # TYPE im_window_sent_messages gauge
        im_window_sent_messages 10
        # HELP im_window_sent_messages_by_region_app_version Messages sent in the latest window whose delivery is final, by region and app_version.
        # TYPE im_window_sent_messages_by_region_app_version gauge
        im_window_sent_messages_by_region_app_version{region="eu",app_version=""} 0
        # HELP im_window_delivered_messages Messages sent in the latest window whose delivery is final and acknowledged in time.
        # TYPE im_window_delivered_messages gauge
        im_window_delivered_messages 8
        # HELP im_window_delivered_messages_by_region_app_version Messages sent in the latest window whose delivery is final and acknowledged in time, by region and app_version.
        # TYPE im_window_delivered_messages_by_region_app_version gauge
        im_window_delivered_messages_by_region_app_version{region="eu",app_version=""} 0
        # HELP im_delivery_ratio Share of the messages sent in the latest window whose delivery is final that were acknowledged in time, 0 to 1.
        # TYPE im_delivery_ratio gauge
        im_delivery_ratio 0.8
        # HELP im_delivery_ratio_by_region_app_version Share of the messages sent in the latest window whose delivery is final that were acknowledged in time, 0 to 1, by region and app_version.
        # TYPE im_delivery_ratio_by_region_app_version gauge
        # HELP im_delivery_ratio_lower Lower bound of the 95 % Jeffreys interval of im_delivery_ratio.
        # TYPE im_delivery_ratio_lower gauge
        im_delivery_ratio_lower 0.497225504
        # HELP im_delivery_ratio_lower_by_region_app_version Lower bound of the 95 % Jeffreys interval of im_delivery_ratio, by region and app_version.
        # TYPE im_delivery_ratio_lower_by_region_app_version gauge
        # HELP im_delivery_ratio_upper Upper bound of the 95 % Jeffreys interval of im_delivery_ratio.
        # TYPE im_delivery_ratio_upper gauge
        im_delivery_ratio_upper 0.955940586
        # HELP im_delivery_ratio_upper_by_region_app_version Upper bound of the 95 % Jeffreys interval of im_delivery_ratio, by region and app_version.
        # TYPE im_delivery_ratio_upper_by_region_app_version gauge
        # HELP im_sent_messages_total Messages sent in windows that became final since the start.
        # TYPE im_sent_messages_total counter
        im_sent_messages_total 10
        # HELP im_delivered_messages_total Messages sent and acknowledged in time in windows that became final since the start.
        # TYPE im_delivered_messages_total counter
        im_delivered_messages_total 8
        # HELP im_received_messages_total Messages received in windows that became final since the start.
        # TYPE im_received_messages_total counter
        im_received_messages_total 10
        # HELP im_acks_total Successful acknowledgements in windows that became final since the start.
        # TYPE im_acks_total counter
        im_acks_total 8
        # HELP im_ack_errors_total Failed acknowledgements in windows that became final since the start by error code; codes after the first 200 count as other.
        # TYPE im_ack_errors_total counter
        im_ack_errors_total{code="E_\"X\"\\\n"} 2
        im_ack_errors_total{code="E_OFFLINE"} 1
        # HELP im_latency_seconds Latency of messages received in windows that became final since the start.
        # TYPE im_latency_seconds histogram
        im_latency_seconds_sum 0.612
        im_latency_seconds_count 10
        im_latency_seconds_bucket{le="0.005"} 0
        im_latency_seconds_bucket{le="0.01"} 1
        im_latency_seconds_bucket{le="0.02"} 1
        im_latency_seconds_bucket{le="0.05"} 6
        im_latency_seconds_bucket{le="0.1"} 8
        im_latency_seconds_bucket{le="0.2"} 10
        im_latency_seconds_bucket{le="0.5"} 10
        im_latency_seconds_bucket{le="1"} 10
        im_latency_seconds_bucket{le="2"} 10
        im_latency_seconds_bucket{le="4"} 10
        im_latency_seconds_bucket{le="8"} 10
        im_latency_seconds_bucket{le="16"} 10
        im_latency_seconds_bucket{le="32"} 10
        im_latency_seconds_bucket{le="64"} 10
        im_latency_seconds_bucket{le="+Inf"} 10

        """;
}
