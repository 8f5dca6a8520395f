namespace Aggregator.Tests.Publishing;

/// <summary>What the page says of the service, to compare with.</summary>
internal static class SelfPages
{
    /// <summary>The part about the service before it did anything.</summary>
    public const string AtTheStart = """
        # HELP aggregator_build_info Always 1; the labels say which program this is.
        # TYPE aggregator_build_info gauge
        aggregator_build_info{version="1.2.3",revision="abc",dotnet_version="10.0.1"} 1
        # HELP aggregator_web_connections_closed_total Connections to the web server closed because there were too many.
        # TYPE aggregator_web_connections_closed_total counter
        aggregator_web_connections_closed_total 0
        # HELP aggregator_ready 1 if the service does its work, 0 if not; /-/ready says why.
        # TYPE aggregator_ready gauge
        aggregator_ready 0
        # HELP aggregator_records_total Records read, rejected ones included.
        # TYPE aggregator_records_total counter
        aggregator_records_total{topic="im-latency"} 0
        aggregator_records_total{topic="ack"} 0
        # HELP aggregator_decode_fallbacks_total Records that no earlier one was like, so that they took the slow way through the JSON reader.
        # TYPE aggregator_decode_fallbacks_total counter
        aggregator_decode_fallbacks_total 0
        # HELP aggregator_rejected_records_total Records that were rejected and count nowhere.
        # TYPE aggregator_rejected_records_total counter
        aggregator_rejected_records_total{topic="im-latency",reason="empty"} 0
        aggregator_rejected_records_total{topic="im-latency",reason="too_large"} 0
        aggregator_rejected_records_total{topic="im-latency",reason="malformed"} 0
        aggregator_rejected_records_total{topic="im-latency",reason="missing_field"} 0
        aggregator_rejected_records_total{topic="im-latency",reason="bad_field"} 0
        aggregator_rejected_records_total{topic="im-latency",reason="bad_timestamp"} 0
        aggregator_rejected_records_total{topic="im-latency",reason="future"} 0
        aggregator_rejected_records_total{topic="ack",reason="empty"} 0
        aggregator_rejected_records_total{topic="ack",reason="too_large"} 0
        aggregator_rejected_records_total{topic="ack",reason="malformed"} 0
        aggregator_rejected_records_total{topic="ack",reason="missing_field"} 0
        aggregator_rejected_records_total{topic="ack",reason="bad_field"} 0
        aggregator_rejected_records_total{topic="ack",reason="bad_timestamp"} 0
        aggregator_rejected_records_total{topic="ack",reason="future"} 0
        # HELP aggregator_late_facts_total Facts left out because their window was closed: by the watermark of their partition, or while their partition was idle.
        # TYPE aggregator_late_facts_total counter
        aggregator_late_facts_total{kind="sent",reason="watermark"} 0
        aggregator_late_facts_total{kind="sent",reason="after_idle"} 0
        aggregator_late_facts_total{kind="activity",reason="watermark"} 0
        aggregator_late_facts_total{kind="activity",reason="after_idle"} 0
        aggregator_late_facts_total{kind="received",reason="watermark"} 0
        aggregator_late_facts_total{kind="received",reason="after_idle"} 0
        aggregator_late_facts_total{kind="acked",reason="watermark"} 0
        aggregator_late_facts_total{kind="acked",reason="after_idle"} 0
        # HELP aggregator_duplicate_facts_total Facts left out because the same delivery had reported them before.
        # TYPE aggregator_duplicate_facts_total counter
        aggregator_duplicate_facts_total{kind="sent"} 0
        aggregator_duplicate_facts_total{kind="received"} 0
        # HELP aggregator_samples_left_out_total Latency samples left out while the other facts of their record stand.
        # TYPE aggregator_samples_left_out_total counter
        aggregator_samples_left_out_total{reason="negative_latency"} 0
        aggregator_samples_left_out_total{reason="latency_out_of_range"} 0
        # HELP aggregator_misplaced_ids_total Sampled msg_ids that the two topics have in partitions of different numbers: with Join=partition their deliveries are not joined.
        # TYPE aggregator_misplaced_ids_total counter
        aggregator_misplaced_ids_total 0
        # HELP aggregator_limited_facts_total Facts that a limit left out of what it limits.
        # TYPE aggregator_limited_facts_total counter
        aggregator_limited_facts_total{limit="series"} 0
        aggregator_limited_facts_total{limit="error_codes"} 0
        aggregator_limited_facts_total{limit="open_windows"} 0
        aggregator_limited_facts_total{limit="idle_passages"} 0
        # HELP aggregator_watermark_seconds Event time up to which activity is final, in seconds since 1970; absent before the first.
        # TYPE aggregator_watermark_seconds gauge
        # HELP aggregator_open_windows Windows of which something is not final yet.
        # TYPE aggregator_open_windows gauge
        aggregator_open_windows 0
        # HELP aggregator_windows_published_total Windows of which everything was published.
        # TYPE aggregator_windows_published_total counter
        aggregator_windows_published_total 0
        # HELP aggregator_history_dropped_total Results of groups and error codes that the page forgot before the rest of their window, to bound its memory.
        # TYPE aggregator_history_dropped_total counter
        aggregator_history_dropped_total 0
        # HELP aggregator_batches_total Batches of records folded.
        # TYPE aggregator_batches_total counter
        aggregator_batches_total 0
        # HELP aggregator_fold_seconds_total Time spent in decoding and folding.
        # TYPE aggregator_fold_seconds_total counter
        aggregator_fold_seconds_total 0
        # HELP aggregator_partition_watermark_seconds Watermark of the partition in seconds since 1970; absent before its first record.
        # TYPE aggregator_partition_watermark_seconds gauge
        # HELP aggregator_partition_lag_records Records of the partition that are not read yet; absent while its end is not known.
        # TYPE aggregator_partition_lag_records gauge
        # HELP aggregator_partition_idle 1 while the partition is read to its end, stays empty and holds no other back.
        # TYPE aggregator_partition_idle gauge
        # HELP aggregator_lost_records_total Offsets that the topic no longer held when they were to be read.
        # TYPE aggregator_lost_records_total counter
        # HELP aggregator_kafka_connected 1 if the last exchange with the brokers succeeded.
        # TYPE aggregator_kafka_connected gauge
        aggregator_kafka_connected 0
        # HELP aggregator_kafka_errors_total Errors that the Kafka client reported.
        # TYPE aggregator_kafka_errors_total counter
        aggregator_kafka_errors_total 0
        # HELP aggregator_kafka_shares_processor 1 while the threads of the Kafka client share one processor.
        # TYPE aggregator_kafka_shares_processor gauge
        aggregator_kafka_shares_processor 0
        # HELP aggregator_rebalances_total Changes of the partitions that this member of the group has.
        # TYPE aggregator_rebalances_total counter
        aggregator_rebalances_total 0
        # HELP aggregator_commits_total Commits of offsets.
        # TYPE aggregator_commits_total counter
        aggregator_commits_total 0
        # HELP aggregator_commit_failures_total Commits of offsets that failed.
        # TYPE aggregator_commit_failures_total counter
        aggregator_commit_failures_total 0
        # HELP aggregator_last_commit_timestamp_seconds When offsets were last committed, in seconds since 1970; absent before the first time.
        # TYPE aggregator_last_commit_timestamp_seconds gauge
        # HELP aggregator_dead_letters_total Copies of rejected records sent to the dead-letter topic.
        # TYPE aggregator_dead_letters_total counter
        aggregator_dead_letters_total 0
        # HELP aggregator_dead_letter_failures_total Copies of rejected records that did not reach the dead-letter topic.
        # TYPE aggregator_dead_letter_failures_total counter
        aggregator_dead_letter_failures_total 0
        # HELP aggregator_output_failures_total Failed attempts of an output to take results.
        # TYPE aggregator_output_failures_total counter
        # HELP aggregator_output_dropped_results_total Results that an output never got, because it took nothing for too long.
        # TYPE aggregator_output_dropped_results_total counter
        # HELP aggregator_output_queued_results Results waiting in front of an output.
        # TYPE aggregator_output_queued_results gauge
        # HELP aggregator_remote_write_samples_total Samples that the receiver of remote write took.
        # TYPE aggregator_remote_write_samples_total counter
        # HELP aggregator_remote_write_dropped_samples_total Samples that the receiver of remote write will not get.
        # TYPE aggregator_remote_write_dropped_samples_total counter
        # HELP aggregator_remote_write_retries_total Failed attempts of remote write that are made again.
        # TYPE aggregator_remote_write_retries_total counter
        # HELP aggregator_remote_write_pending_samples Samples waiting for the receiver of remote write.
        # TYPE aggregator_remote_write_pending_samples gauge
        # HELP aggregator_remote_write_pending_bytes Bytes waiting for the receiver of remote write.
        # TYPE aggregator_remote_write_pending_bytes gauge
        # HELP aggregator_remote_write_oldest_pending_timestamp_seconds Since when the oldest samples wait for the receiver of remote write, in seconds since 1970; absent when none wait.
        # TYPE aggregator_remote_write_oldest_pending_timestamp_seconds gauge
        # HELP aggregator_remote_write_sent_through_timestamp_seconds End of the latest window of which the receiver of remote write took samples, in seconds since 1970.
        # TYPE aggregator_remote_write_sent_through_timestamp_seconds gauge

        """;
}
