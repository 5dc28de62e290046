package import TocsinMetrics

/// All metrics of a server: the only place that knows their help and their buckets.
package enum MetricCatalog {
    package static let all: [MetricDescription] = streams + delivery + publishing + journal + requests + process

    private static let counts: [Double] = [0, 1, 10, 100, 1000, 10_000, 100_000]

    private static let streams = [
        MetricDescription("tocsin_streams", .gauge, labels: ["protocol"], help: "Streams that are open."),
        MetricDescription(
            "tocsin_streams_opened_total", .counter, labels: ["protocol"], help: "Streams that were opened."),
        MetricDescription(
            "tocsin_streams_ended_total", .counter, labels: ["reason"],
            help:
                "Streams that ended: left, replaced, stalled (took nothing), outlived (--stream-lifetime), expired or revoked (its token), drained."
        ),
        MetricDescription(
            "tocsin_refused_total", .counter, labels: ["reason"],
            help: "Streams and requests that were refused for a limit or for the moment."),
        MetricDescription(
            "tocsin_resets_total", .counter, labels: ["reason"],
            help: "Streams that were told to fetch the list: expired or unknown resume points."),
        MetricDescription(
            "tocsin_catch_up_alarms", .histogram, labels: ["reason"], bounds: counts,
            help: "Alarms of the past that a stream was sent until it was live: resume, or slow readers."),
        MetricDescription("tocsin_connections", .gauge, help: "Connections that are open."),
        MetricDescription("tocsin_heartbeats_total", .counter, help: "Heartbeats that were sent."),
    ]

    private static let delivery = [
        MetricDescription(
            "tocsin_delivered_events_total", .counter, help: "Alarms written to streams, once for each stream."),
        MetricDescription("tocsin_delivered_bytes_total", .counter, help: "Bytes of these events."),
        MetricDescription(
            "tocsin_delivery_latency_seconds", .histogram, bounds: MetricDescription.durationBounds,
            help: "From the commit to the write to a live stream."),
    ]

    private static let publishing = [
        MetricDescription(
            "tocsin_publish_requests_total", .counter, labels: ["outcome"],
            help: "Publish requests: created, known (by their keys), refused, unavailable, unknown."),
        MetricDescription(
            "tocsin_alarms_committed_total", .counter,
            help: "Alarms and withdrawals that were committed to the journal."),
        MetricDescription(
            "tocsin_commit_duration_seconds", .histogram, bounds: MetricDescription.durationBounds,
            help: "What a commit to the journal took, synced to disk."),
        MetricDescription("tocsin_commit_alarms", .histogram, bounds: counts, help: "Alarms of one commit."),
        MetricDescription(
            "tocsin_publish_queue_requests", .gauge, help: "Publish requests that wait for the journal."),
        MetricDescription("tocsin_publish_queue_bytes", .gauge, help: "Bytes of these requests."),
    ]

    private static let journal = [
        MetricDescription(
            "tocsin_journal_failing", .gauge, help: "1 while alarms cannot be committed, else 0."),
        MetricDescription("tocsin_journal_alarms", .gauge, help: "Entries that the journal keeps."),
        MetricDescription("tocsin_journal_bytes", .gauge, help: "Bytes of its files."),
        MetricDescription(
            "tocsin_journal_oldest_age_seconds", .gauge, help: "Age of the oldest alarm that can be sent; 0 for none."),
        MetricDescription(
            "tocsin_journal_head", .gauge, help: "Number of the newest entry, the second part of its id."),
        MetricDescription("tocsin_journal_floor", .gauge, help: "Number of the newest entry that retention removed."),
    ]

    private static let requests = [
        MetricDescription(
            "tocsin_http_requests_total", .counter, labels: ["method", "route", "status"],
            help: "Requests that were answered, by class of the status, such as 2xx."),
        MetricDescription(
            "tocsin_http_request_duration_seconds", .histogram, labels: ["route"],
            bounds: MetricDescription.durationBounds, help: "From a request's head to its answer, but for streams."),
        MetricDescription(
            "tocsin_http_problems_total", .counter, labels: ["type"],
            help: "Problems that requests were answered with, such as foreign-host."),
        MetricDescription(
            "tocsin_audit_failing", .gauge, help: "1 while the audit log cannot be written, else 0."),
        MetricDescription(
            "tocsin_audit_omitted_lines_total", .counter,
            help: "Lines that the audit log had no room for while it could not be written."),
    ]

    private static let process = [
        MetricDescription("tocsin_build_info", .gauge, labels: ["version"], help: "Always 1."),
        MetricDescription(
            "tocsin_metrics_hidden", .gauge, help: "Series that are not shown, since there are too many; always 0."),
        MetricDescription("process_start_time_seconds", .gauge, help: "When the process started, as Unix time."),
        MetricDescription("process_cpu_seconds_total", .counter, help: "Seconds of CPU that it took."),
        MetricDescription("process_resident_memory_bytes", .gauge, help: "Bytes of memory that it holds."),
        MetricDescription("process_open_fds", .gauge, help: "Files and connections that it has open."),
        MetricDescription("process_max_fds", .gauge, help: "How many it may have open."),
    ]
}
