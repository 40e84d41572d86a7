import Prometheus

/// Every metric with its help, as docs/metrics.md lists them.
enum MetricCatalogue {
    static let descriptions = [http, operations, state, reconciler, clients, process].reduce(into: [:]) { $0.merge($1) { $1 } }

    private static let http: [String: MetricDescription] = [
        "http_requests_total": .init(help: "Requests by route, method and status."),
        "http_request_duration_seconds": .init(help: "Time from the head of a request to the head of its response."),
        "http_open_connections": .init(help: "Connections of clients that are open."),
        "provisioner_event_consumers": .init(help: "Clients that listen to GET /stacks/events."),
        "provisioner_event_consumers_cut_total": .init(help: "Clients of GET /stacks/events that were cut because they fell behind."),
        "provisioner_waiting_requests": .init(help: "Requests that wait for a change of a stack."),
        "provisioner_tls_certificate_expiry_timestamp_seconds": .init(
            help: "Time at which the first certificate of TLS_CERT_FILE expires, in seconds since 1970."
        ),
        "provisioner_dependency_ready": .init(help: "1 if GET /readyz last found the dependency available, else 0."),
    ]

    private static let operations: [String: MetricDescription] = [
        "provisioner_creates_total": .init(help: "Creates that ended, by code: ok, replayed, or the code of the error."),
        "provisioner_create_duration_seconds": .init(help: "Time of a create that succeeded, from its acceptance to its activation."),
        "provisioner_create_phase_duration_seconds": .init(
            help: "Time of a phase of a create: queue, reserve, pod, service, schedule, activate."
        ),
        "provisioner_create_ready_seconds": .init(help: "Time from the acceptance of a create to the readiness of its Pod."),
        "provisioner_deletes_total": .init(
            help: "Deletes by request that ended, by code: ok, pending if the reconciler goes on, or the code of the error."
        ),
        "provisioner_delete_duration_seconds": .init(help: "Time of a delete by request that succeeded."),
        "provisioner_delete_phase_duration_seconds": .init(help: "Time of a phase of a delete: mark, queue, request, wait, remove."),
        "provisioner_node_port_exchanges_total": .init(
            help:
                "NodePorts of creates that were exchanged because another record has them (taken) or the API server refuses them (refused)."
        ),
        "provisioner_jobs": .init(help: "Creates and deletes by state: running, waiting."),
        "provisioner_job_wait_seconds": .init(help: "Time for which the oldest waiting job has waited for its turn."),
    ]

    private static let state: [String: MetricDescription] = [
        "provisioner_stacks": .init(
            help: "Stacks by status as the last pass found them, with deleting; only on the replica that reconciles."
        ),
        "provisioner_longest_deletion_seconds": .init(
            help: "Time since the oldest stack in deletion was marked; only on the replica that reconciles."
        ),
        "provisioner_unreadable_records": .init(help: "Records that cannot be read; only on the replica that reconciles."),
        "provisioner_node_ports": .init(help: "Ports of the range by state: free, used, resting."),
        "provisioner_capacity_cpu_cores": .init(help: "Cores of the eligible nodes by part: total, reserve, used, free."),
        "provisioner_capacity_memory_bytes": .init(help: "Memory of the eligible nodes by part: total, reserve, used, free."),
        "provisioner_capacity_pods": .init(help: "Pods that fit on the eligible nodes by part: total, reserve, used, free."),
        "provisioner_capacity_ephemeral_storage_bytes": .init(
            help: "Scratch space of the eligible nodes by part: total, reserve, used, free."
        ),
        "provisioner_capacity_free_ratio": .init(help: "Free share of what stacks may request at most, by resource, from 0 to 1."),
        "provisioner_build_info": .init(help: "1, with the version and the store as labels."),
    ]

    private static let reconciler: [String: MetricDescription] = [
        "provisioner_leader": .init(help: "1 on the replica that reconciles, else 0."),
        "provisioner_reconcile_last_pass_age_seconds": .init(help: "Time since the last pass that read the records."),
        "provisioner_reconcile_passes_total": .init(
            help: "Passes by outcome: ok, failed if the records could not be read, skipped if the cluster had not been read."
        ),
        "provisioner_reconcile_pass_duration_seconds": .init(help: "Time of a pass with the repairs that it found."),
        "provisioner_removals_total": .init(
            help:
                "Removals by the reconciler, by cause: expired, interrupted_delete, abandoned_reservation, node_deleted, object_missing, orphan."
        ),
        "provisioner_repair_failures_total": .init(help: "Attempts of the reconciler on a stack that failed."),
    ]

    private static let clients: [String: MetricDescription] = [
        "provisioner_store_operations_total": .init(help: "Operations of the store by name and code: ok, a refusal or an error."),
        "provisioner_store_operation_duration_seconds": .init(help: "Time of an operation of the store with its retries."),
        "provisioner_store_size_bytes": .init(help: "Size of the SQLite database with its write-ahead log."),
        "provisioner_store_disk_size_bytes": .init(help: "Size of the file system that holds the SQLite database."),
        "provisioner_store_disk_free_bytes": .init(help: "Free space of the file system that holds the SQLite database."),
        "kubernetes_client_requests_total": .init(help: "Requests to the API server by method, resource and status."),
        "kubernetes_client_request_duration_seconds": .init(help: "Time from a request to the API server to the head of its response."),
        "kubernetes_client_rate_limit_wait_seconds": .init(help: "Time for which requests waited for K8S_CLIENT_QPS and K8S_CLIENT_BURST."),
        "kubernetes_client_watch_age_seconds": .init(help: "Time since the API server was last heard on a watch, by resource."),
        "kubernetes_client_lists_total": .init(help: "Lists that began a watch, by resource: more than one is a relist."),
        "kubernetes_client_watch_failures_total": .init(help: "Lists and watches that failed, by resource."),
        "kubernetes_client_unreadable_objects_total": .init(help: "Objects in lists and watches that could not be read, by resource."),
        "dynamodb_client_requests_total": .init(help: "Attempts to DynamoDB by operation and outcome."),
        "dynamodb_client_request_duration_seconds": .init(help: "Time of an attempt to DynamoDB."),
    ]

    private static let process: [String: MetricDescription] = [
        "process_start_time_seconds": .init(help: "Start of the process in seconds since 1970."),
        "process_cpu_seconds_total": .init(help: "Processor time of the process."),
        "process_resident_memory_bytes": .init(help: "Memory of the process that is in RAM."),
        "process_virtual_memory_bytes": .init(help: "Address space of the process."),
        "process_open_fds": .init(help: "File descriptors that are open."),
        "process_max_fds": .init(help: "Limit of file descriptors."),
    ]
}
