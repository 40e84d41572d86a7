import Prometheus

/// Every metric with its help, as docs/metrics.md lists them.
enum MetricCatalogue {
    static let descriptions: [String: MetricDescription] = [
        // HTTP
        "http_requests_total": .init(help: "Requests by route, method and status."),
        "http_request_duration_seconds": .init(help: "Time from the head of a request to the head of its response."),
        "http_open_connections": .init(help: "Connections of clients that are open."),
        // Jobs
        "provisioner_jobs": .init(help: "Creates and deletes by state: running, waiting."),
        "provisioner_job_wait_seconds": .init(help: "Time for which the oldest waiting job has waited for its turn."),
        // Reconciler
        "provisioner_leader": .init(help: "1 on the replica that reconciles, else 0."),
        "provisioner_reconcile_last_pass_age_seconds": .init(help: "Time since the last pass that read the records."),
        // Kubernetes and store
        "kubernetes_client_requests_total": .init(help: "Requests to the API server by method, resource and status."),
        "kubernetes_client_request_duration_seconds": .init(help: "Time from a request to the API server to the head of its response."),
        "kubernetes_client_watch_age_seconds": .init(help: "Time since the API server was last heard on a watch, by resource."),
        "kubernetes_client_lists_total": .init(help: "Lists that began a watch, by resource: more than one is a relist."),
        "kubernetes_client_watch_failures_total": .init(help: "Lists and watches that failed, by resource."),
        "dynamodb_client_requests_total": .init(help: "Attempts to DynamoDB by operation and outcome."),
        "dynamodb_client_request_duration_seconds": .init(help: "Time of an attempt to DynamoDB."),
        // Process
        "provisioner_build_info": .init(help: "1, with the version and the store as labels."),
        "process_start_time_seconds": .init(help: "Start of the process in seconds since 1970."),
        "process_cpu_seconds_total": .init(help: "Processor time of the process."),
        "process_resident_memory_bytes": .init(help: "Memory of the process that is in RAM."),
        "process_virtual_memory_bytes": .init(help: "Address space of the process."),
        "process_open_fds": .init(help: "File descriptors that are open."),
        "process_max_fds": .init(help: "Limit of file descriptors."),
    ]
}
