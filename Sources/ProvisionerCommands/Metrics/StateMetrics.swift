import HTTPAPI
import Prometheus
import StackCluster
import Stacks

/// Sets the gauges that describe the present state, at each scrape, and writes all metrics. Reads memory, `/proc` and the state of the
/// file system; asks neither the API server nor the store.
struct StateMetrics: Sendable {
    let registry: PrometheusCollectorRegistry
    let store: ServeConfiguration.StoreChoice
    let cluster: KubernetesCluster
    let ports: Ports
    let changes: StackChanges
    let creates: JobRunner
    let deletes: JobRunner
    let reconciler: Reconciler
    /// The certificate of the API; nil for plain HTTP.
    let tls: ServerTLS?
    /// True on the replica that reconciles.
    let isLeading: @Sendable () -> Bool

    /// Returns the metrics in the format that `accept` asks for.
    func text(accept: String?) async -> MetricsText {
        setProcess()
        setStore()
        set("provisioner_build_info", [("version", Version.current), ("store", store.name)], 1)
        for (resource, age) in cluster.watchAges() {
            set("kubernetes_client_watch_age_seconds", [("resource", resource)], age)
        }
        setReconciler()
        setCapacity(cluster.capacityReport())
        let ports = ports.counts
        for (state, count) in [("free", ports.free), ("used", ports.used), ("resting", ports.resting)] {
            set("provisioner_node_ports", [("state", state)], Double(count))
        }
        for (kind, jobs) in [("create", creates), ("delete", deletes)] {
            let load = jobs.load
            set("provisioner_jobs", [("kind", kind), ("state", "running")], Double(load.running))
            set("provisioner_jobs", [("kind", kind), ("state", "waiting")], Double(load.waiting))
            set("provisioner_job_wait_seconds", [("kind", kind)], load.longestWait / .seconds(1))
        }
        set("provisioner_waiting_requests", Double(changes.waitCount))
        if let tls { set("provisioner_tls_certificate_expiry_timestamp_seconds", Double(tls.expiresAt)) }
        let format: ExpositionFormat = accept?.contains("application/openmetrics-text") == true ? .openMetrics : .prometheus
        return MetricsText(text: registry.text(format), contentType: format.contentType)
    }

    private func set(_ name: String, _ value: Double?) { set(name, [], value) }

    private func set(_ name: String, _ labels: [(String, String)], _ value: Double?) {
        guard let value else { return }
        registry.makeGauge(name: name, labels: labels)?.set(value)
    }

    private func setReconciler() {
        set("provisioner_leader", isLeading() ? 1 : 0)
        if let age = reconciler.timeSinceLastPass { set("provisioner_reconcile_last_pass_age_seconds", age / .seconds(1)) }
        guard let counts = reconciler.counts else {
            // The replica that reconciles now knows better.
            for name in ["provisioner_stacks", "provisioner_unreadable_records", "provisioner_longest_deletion_seconds"] {
                registry.removeSeries(of: name)
            }
            return
        }
        for (status, count) in counts.byStatus { set("provisioner_stacks", [("status", status)], Double(count)) }
        set("provisioner_unreadable_records", Double(counts.unreadable))
        set("provisioner_longest_deletion_seconds", reconciler.longestDeletion.map { $0 / .seconds(1) })
    }

    private func setCapacity(_ report: CapacityReport?) {
        guard let report else { return }
        let resources: [(name: String, metric: String, unit: Double, dimension: CapacityReport.Dimension?)] = [
            ("cpu", "provisioner_capacity_cpu_cores", 1000, report.cpuMilli),
            ("memory", "provisioner_capacity_memory_bytes", 1, report.memoryBytes),
            ("pods", "provisioner_capacity_pods", 1, report.pods),
            ("ephemeral_storage", "provisioner_capacity_ephemeral_storage_bytes", 1, report.ephemeralStorageBytes),
        ]
        for (name, metric, unit, dimension) in resources {
            // Nodes may cease to limit a resource.
            guard let dimension else {
                registry.removeSeries(of: metric)
                registry.removeSeries(of: "provisioner_capacity_free_ratio", labels: [("resource", name)])
                continue
            }
            let parts = [
                ("total", dimension.total), ("reserve", dimension.reserve), ("used", dimension.used), ("free", dimension.free),
            ]
            for (part, amount) in parts { set(metric, [("part", part)], Double(amount) / unit) }
            set("provisioner_capacity_free_ratio", [("resource", name)], dimension.freeRatio)
        }
    }

    private func setStore() {
        guard case .sqlite(let path) = store else { return }
        let disk = DiskUsage(ofDatabase: path)
        set("provisioner_store_size_bytes", disk.databaseBytes)
        set("provisioner_store_disk_size_bytes", disk.diskBytes)
        set("provisioner_store_disk_free_bytes", disk.freeBytes)
    }

    private func setProcess() {
        let process = ProcessMetrics.current()
        set("process_start_time_seconds", process.startTime)
        set("process_resident_memory_bytes", process.residentBytes)
        set("process_virtual_memory_bytes", process.virtualBytes)
        set("process_open_fds", process.openDescriptors)
        set("process_max_fds", process.maximumDescriptors)
        if let seconds = process.cpuSeconds { registry.makeCounter(name: "process_cpu_seconds_total")?.raise(to: seconds) }
    }
}
