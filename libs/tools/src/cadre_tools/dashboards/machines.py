"""Dashboards about the machinery: for whoever is called at night. The runbook refers to their titles."""

from cadre_tools.dashboards.panels import BYTES, PER_SECOND, SECONDS, SHARE, Board, lines, number

SERVICES = Board(
    "services",
    "Cadre: services",
    "Calls, pages, processes, jobs, audits.",
    {
        "Now": [
            number(
                "Processes that do not answer", 'count(up{job="cadre"} == 0) or 0 * count(up{job="cadre"})', alarm=1
            ),
            number("Calls that fail", "max(service:cadre_rpc_faults:ratio5m)", unit=SHARE, alarm=0.05),
            number("Pages that fail", "cadre:page_faults:ratio5m", unit=SHARE, alarm=0.02),
            number("Jobs that fail", "sum(max by (service, job) (cadre_job_failing))", alarm=1),
            number(
                "Audits that are not zero",
                'sum(max by (service, audit) (cadre_audit_rows{audit!~"outbox.unpublished|dead_letters.waiting"})'
                " > bool 0)",
                alarm=1,
            ),
            number("People signed in", "sum(cadre_signed_in_people)"),
        ],
        "Calls": [
            lines("Calls", "service:cadre_rpc_handled:rate5m", legend="{{service}}", unit=PER_SECOND),
            lines("Time of calls, 95 of 100", "service:cadre_rpc_seconds:p95_5m", legend="{{service}}", unit=SECONDS),
            lines(
                "Calls by answer",
                "sum by (code) (rate(cadre_rpc_handled_total[5m]))",
                legend="{{code}}",
                unit=PER_SECOND,
            ),
            lines(
                "Slowest methods, 95 of 100",
                "topk(10, service_method:cadre_rpc_seconds:p95_5m > 0)",
                legend="{{method}}",
                unit=SECONDS,
            ),
            lines(
                "Callers that share a transaction",
                "sum by (method) (rate(cadre_transaction_calls_sum[5m]))"
                " / sum by (method) (rate(cadre_transaction_calls_count[5m]))",
                legend="{{method}}",
                about="1 while nobody is there at the same time; grows with the load.",
            ),
        ],
        "Pages": [
            lines("Pages", "topk(10, route:cadre_page_seconds:rate5m)", legend="{{route}}", unit=PER_SECOND),
            lines("Time of pages, 95 of 100", "route:cadre_page_seconds:p95_5m", legend="{{route}}", unit=SECONDS),
            lines(
                "Pages by answer",
                "sum by (status) (rate(cadre_page_seconds_count[5m]))",
                legend="{{status}}",
                unit=PER_SECOND,
            ),
            lines(
                "Calls that a page makes",
                "sum by (route) (rate(cadre_page_calls_sum[5m]))"
                " / (sum by (route) (rate(cadre_page_calls_count[5m])) > 0)",
                legend="{{route}}",
                about="Must not grow with what is on the page.",
            ),
        ],
        "Processes": [
            lines(
                "Memory", 'process_resident_memory_bytes{job="cadre"}', legend="{{service}} {{instance}}", unit=BYTES
            ),
            lines(
                "Processor",
                'rate(process_cpu_seconds_total{job="cadre"}[5m])',
                legend="{{service}} {{instance}}",
                unit=SHARE,
            ),
            lines(
                "Running since",
                'time() - process_start_time_seconds{job="cadre"}',
                legend="{{service}} {{instance}}",
                unit=SECONDS,
            ),
            lines(
                "Free on disk",
                {"free": "min(cadre_disk_free_bytes)", "of": "max(cadre_disk_size_bytes)"},
                unit=BYTES,
            ),
        ],
        "Jobs, tasks and audits": [
            lines(
                "Last run took",
                "max by (service, job) (cadre_job_duration_seconds)",
                legend="{{service}} {{job}}",
                unit=SECONDS,
            ),
            lines(
                "Since the last success",
                "time() - max by (service, job) (cadre_job_last_success_seconds)",
                legend="{{service}} {{job}}",
                unit=SECONDS,
            ),
            lines(
                "Failures in an hour",
                "sum by (service, job) (increase(cadre_job_failures_total[1h]))",
                legend="{{service}} {{job}}",
            ),
            lines(
                "Audits",
                "max by (service, audit) (cadre_audit_rows)",
                legend="{{service}} {{audit}}",
                about="Must be 0.",
            ),
            lines("Jobs paused", "max by (service, job) (cadre_job_paused)", legend="{{service}} {{job}}"),
            lines(
                "Tasks",
                {
                    "wait": "sum(max by (service, task) (cadre_tasks_waiting))",
                    "failed for good": "sum(max by (service, task) (cadre_tasks_failed))",
                },
            ),
            lines(
                "Tries of tasks that failed in an hour",
                "sum by (service, task) (increase(cadre_task_failures_total[1h]))",
                legend="{{service}} {{task}}",
            ),
            lines(
                "Counting figures took",
                "max by (service, measure) (cadre_measure_duration_seconds)",
                legend="{{service}} {{measure}}",
                unit=SECONDS,
            ),
        ],
    },
)

EVENT_BUS = Board(
    "event-bus",
    "Cadre: event bus",
    "From a commit through the outbox and the stream to everybody who hears it.",
    {
        "Now": [
            number("Events in outboxes", "sum(service:cadre_outbox_events:max)", alarm=1000),
            number("Oldest of them", "max(service:cadre_outbox_oldest_seconds:max)", unit=SECONDS, alarm=60),
            number("Not yet delivered", "sum(consumer:cadre_consumer_pending_events:max)", alarm=1000),
            number("Dead letters", "sum(service:cadre_dead_letters:max)", alarm=1),
            number("Services that nobody leads", "sum(max by (service) (cadre_relay_leading) == bool 0)", alarm=1),
            number("Longest without a fetch", "max(cadre_consumer_since_fetch_seconds)", unit=SECONDS, alarm=60),
        ],
        "Out": [
            lines(
                "Events published",
                "sum by (service) (rate(cadre_relay_published_total[5m]))",
                legend="{{service}}",
                unit=PER_SECOND,
            ),
            lines("Events in the outbox", "service:cadre_outbox_events:max", legend="{{service}}"),
            lines("Age of the oldest", "service:cadre_outbox_oldest_seconds:max", legend="{{service}}", unit=SECONDS),
            lines(
                "Size of the streams", "max by (service) (cadre_stream_size_bytes)", legend="{{service}}", unit=BYTES
            ),
        ],
        "In": [
            lines("Not yet delivered", "consumer:cadre_consumer_pending_events:max", legend="{{consumer}}"),
            lines(
                "Delivered, not acknowledged",
                "max by (consumer) (cadre_consumer_in_flight_events)",
                legend="{{consumer}}",
            ),
            lines(
                "Since the last fetch",
                "max by (consumer) (cadre_consumer_since_fetch_seconds)",
                legend="{{consumer}}",
                unit=SECONDS,
            ),
            lines("Lag, 99 of 100", "subject:cadre_event_lag_seconds:p99_5m", legend="{{subject}}", unit=SECONDS),
            lines(
                "Deliveries by outcome",
                "sum by (outcome) (rate(cadre_events_handled_total[5m]))",
                legend="{{outcome}}",
                unit=PER_SECOND,
            ),
            lines(
                "Time of handlers, 95 of 100",
                "histogram_quantile(0.95, sum by (subject, le) (rate(cadre_handler_seconds_bucket[5m])))",
                legend="{{subject}}",
                unit=SECONDS,
            ),
            lines("Dead letters", "service:cadre_dead_letters:max", legend="{{service}}"),
            lines("Events kept in streams", "max by (service) (cadre_stream_events)", legend="{{service}}"),
        ],
    },
)

DATABASES = Board(
    "databases",
    "Cadre: databases",
    "One database for each service, on one PostgreSQL.",
    {
        "Connections": [
            lines("In use", 'cadre_database_pool_connections{state="in use"}', legend="{{service}} {{instance}}"),
            lines("There may be", "cadre_database_pool_limit_connections", legend="{{service}} {{instance}}"),
            lines("Callers that wait", "cadre_database_pool_waiting_callers", legend="{{service}} {{instance}}"),
            lines(
                "Callers that gave up, in an hour",
                "increase(cadre_database_pool_timeouts_total[1h])",
                legend="{{service}} {{instance}}",
            ),
            lines(
                "By state, as PostgreSQL sees them", "sum by (state) (cadre_database_connections)", legend="{{state}}"
            ),
            lines(
                "Oldest open transaction",
                "max by (service) (cadre_database_longest_transaction_seconds)",
                legend="{{service}}",
                unit=SECONDS,
            ),
        ],
        "Work": [
            lines(
                "Transactions",
                'sum by (service) (rate(cadre_database_transactions_total{outcome="committed"}[5m]))',
                legend="{{service}}",
                unit=PER_SECOND,
            ),
            lines(
                "Rolled back",
                'sum by (service) (rate(cadre_database_transactions_total{outcome="rolled back"}[5m]))',
                legend="{{service}}",
                unit=PER_SECOND,
            ),
            lines(
                "Found in memory",
                'sum by (service) (rate(cadre_database_blocks_total{source="memory"}[5m]))'
                " / (sum by (service) (rate(cadre_database_blocks_total[5m])) > 0)",
                legend="{{service}}",
                unit=SHARE,
            ),
            lines(
                "Deadlocks in an hour",
                "sum by (service) (increase(cadre_database_deadlocks_total[1h]))",
                legend="{{service}}",
            ),
        ],
        "Size": [
            lines("Databases", "max by (service) (cadre_database_size_bytes)", legend="{{service}}", unit=BYTES),
            lines(
                "Largest tables",
                "topk(10, max by (service, table) (cadre_database_rows))",
                legend="{{service}} {{table}}",
            ),
            lines(
                "Rows that VACUUM has still to clear",
                "topk(10, max by (service, table) (cadre_database_dead_rows))",
                legend="{{service}} {{table}}",
            ),
        ],
    },
)

MAIL = Board(
    "mail",
    "Cadre: mail",
    "Whether mail goes, how the server takes it, what became of each rule's messages; and calls to connections.",
    {
        "Now": [
            number("Mails that are due", "max(cadre_mail_due)", about="Their moment has come, and they have not gone."),
            number("The oldest of them is late by", "max(cadre_mail_oldest_due_seconds)", unit=SECONDS, alarm=1800),
            number(
                "Server takes none",
                'sum(cadre_mail_server{state=~"refusing|closed"})',
                alarm=1,
                about="1: its last answers were trouble; after three in a row it is left alone for a while.",
            ),
            number(
                "Since a mail last went",
                "(time() - max(cadre_mail_last_sent_timestamp_seconds > 0)) or 0 * max(cadre_mail_due)",
                unit=SECONDS,
            ),
            number(
                "Left alone for",
                "clamp_min(max(cadre_mail_server_closed_until_timestamp_seconds) - time(), 0)",
                unit=SECONDS,
            ),
            number(
                "Refused or came back, of a day",
                'sum(cadre_mails{state=~"failed|bounced"})'
                ' / (sum(cadre_mails{state=~"sent|failed|bounced"}) > 0) or 0 * max(cadre_mail_due)',
                unit=SHARE,
                alarm=0.05,
            ),
        ],
        "Going out": [
            lines(
                "Mails in a minute, and how many may go",
                {"went": "max(cadre_mails_last_minute)", "at most": "max(cadre_mails_limit_per_minute)"},
            ),
            lines("Mails of a day by state", "max by (state) (cadre_mails)", legend="{{state}}"),
            lines("How the server takes mail", "max by (state) (cadre_mail_server)", legend="{{state}}"),
            lines(
                "Since a canary last went",
                "(time() - max by (kind) (cadre_mail_canary_timestamp_seconds > 0))"
                " or 0 * max by (kind) (cadre_mail_canary_late_seconds)",
                legend="{{kind}}",
                unit=SECONDS,
                about="0: none did. Each business day if the rule sent something, else each week.",
            ),
            lines(
                "How long the last canary took",
                "max by (kind) (cadre_mail_canary_took_seconds)",
                legend="{{kind}}",
                unit=SECONDS,
                about="From when it was due until a server took it.",
            ),
        ],
        "Rules": [
            lines("Waiting", 'max by (kind) (cadre_messages{state="waiting"})', legend="{{kind}}"),
            lines("Sent, of 90 days", 'max by (kind) (cadre_messages{state="sent"})', legend="{{kind}}"),
            lines("Held back, of 90 days", 'max by (kind) (cadre_messages{state="held back"})', legend="{{kind}}"),
            lines(
                "Failed or came back, of 90 days",
                'sum by (kind) (max by (kind, state) (cadre_messages{state=~"failed|bounced"}))',
                legend="{{kind}}",
            ),
        ],
        "Connections": [
            lines("Connections by how they stand", "max by (standing) (cadre_connections)", legend="{{standing}}"),
            lines("Calls of a day by how they stand", "max by (state) (cadre_webhooks)", legend="{{state}}"),
            lines("The oldest call that waits for its first try", "max(cadre_webhook_oldest_seconds)", unit=SECONDS),
            lines("Switched off by what they answered, in a day", "max(cadre_connections_gone_off)"),
        ],
    },
)
