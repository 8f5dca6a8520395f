namespace Aggregator.Tests.Publishing;

/// <summary>What the page has, to compare with.</summary>
internal static class PageFamilies
{
    /// <summary>Every family with its type, in the order of the page, without dimension sets.</summary>
    public const string All = """
        im_window_end_timestamp_seconds gauge
        im_online_users gauge
        im_window_received_messages gauge
        im_latency_p50_seconds gauge
        im_latency_p95_seconds gauge
        im_latency_p99_seconds gauge
        im_latency_mean_seconds gauge
        im_latency_max_seconds gauge
        im_window_acks gauge
        im_window_ack_errors gauge
        im_window_sent_messages gauge
        im_window_delivered_messages gauge
        im_delivery_ratio gauge
        im_delivery_ratio_lower gauge
        im_delivery_ratio_upper gauge
        im_sent_messages_total counter
        im_delivered_messages_total counter
        im_received_messages_total counter
        im_acks_total counter
        im_ack_errors_total counter
        im_latency_seconds histogram
        aggregator_build_info gauge
        aggregator_web_connections_closed_total counter
        aggregator_ready gauge
        aggregator_records_total counter
        aggregator_decode_fallbacks_total counter
        aggregator_rejected_records_total counter
        aggregator_late_facts_total counter
        aggregator_duplicate_facts_total counter
        aggregator_samples_left_out_total counter
        aggregator_misplaced_ids_total counter
        aggregator_limited_facts_total counter
        aggregator_watermark_seconds gauge
        aggregator_open_windows gauge
        aggregator_windows_published_total counter
        aggregator_history_dropped_total counter
        aggregator_batches_total counter
        aggregator_fold_seconds_total counter
        aggregator_partition_watermark_seconds gauge
        aggregator_partition_lag_records gauge
        aggregator_partition_idle gauge
        aggregator_lost_records_total counter
        aggregator_kafka_connected gauge
        aggregator_kafka_errors_total counter
        aggregator_kafka_shares_processor gauge
        aggregator_rebalances_total counter
        aggregator_commits_total counter
        aggregator_commit_failures_total counter
        aggregator_last_commit_timestamp_seconds gauge
        aggregator_dead_letters_total counter
        aggregator_dead_letter_failures_total counter
        aggregator_output_failures_total counter
        aggregator_output_dropped_results_total counter
        aggregator_output_queued_results gauge
        aggregator_remote_write_samples_total counter
        aggregator_remote_write_dropped_samples_total counter
        aggregator_remote_write_retries_total counter
        aggregator_remote_write_pending_samples gauge
        aggregator_remote_write_pending_bytes gauge
        aggregator_remote_write_oldest_pending_timestamp_seconds gauge
        aggregator_remote_write_sent_through_timestamp_seconds gauge
        dotnet_collection_count_total counter
        process_start_time_seconds gauge
        process_cpu_seconds_total counter
        process_virtual_memory_bytes gauge
        process_working_set_bytes gauge
        process_private_memory_bytes gauge
        process_open_handles gauge
        process_num_threads gauge
        dotnet_total_memory_bytes gauge

        """;
}
