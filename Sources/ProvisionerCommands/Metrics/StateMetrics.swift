import HTTPAPI
import Prometheus
import StackCluster
import Stacks

/// Sets the gauges that describe the present state, at each scrape, and writes all metrics.
struct StateMetrics: Sendable {
    let registry: PrometheusCollectorRegistry
    let storeName: String
    let cluster: KubernetesCluster
    let creates: JobRunner
    let deletes: JobRunner
    let reconciler: Reconciler
    /// True on the replica that reconciles.
    let isLeading: @Sendable () -> Bool

    /// Returns the metrics in the format that `accept` asks for. Reads memory and `/proc` only.
    func text(accept: String?) async -> MetricsText {
        setProcess()
        set("provisioner_build_info", [("version", Version.current), ("store", storeName)], 1)
        set("provisioner_leader", [], isLeading() ? 1 : 0)
        for (resource, age) in cluster.watchAges() {
            set("kubernetes_client_watch_age_seconds", [("resource", resource)], age)
        }
        if let age = reconciler.timeSinceLastPass { set("provisioner_reconcile_last_pass_age_seconds", [], age / .seconds(1)) }
        for (kind, jobs) in [("create", creates), ("delete", deletes)] {
            let load = jobs.load
            set("provisioner_jobs", [("kind", kind), ("state", "running")], Double(load.running))
            set("provisioner_jobs", [("kind", kind), ("state", "waiting")], Double(load.waiting))
            set("provisioner_job_wait_seconds", [("kind", kind)], load.longestWait / .seconds(1))
        }
        let format: ExpositionFormat = accept?.contains("application/openmetrics-text") == true ? .openMetrics : .prometheus
        return MetricsText(text: registry.text(format), contentType: format.contentType)
    }

    private func set(_ name: String, _ labels: [(String, String)], _ value: Double?) {
        guard let value else { return }
        registry.makeGauge(name: name, labels: labels)?.set(value)
    }

    private func setProcess() {
        let process = ProcessMetrics.current()
        set("process_start_time_seconds", [], process.startTime)
        set("process_resident_memory_bytes", [], process.residentBytes)
        set("process_virtual_memory_bytes", [], process.virtualBytes)
        set("process_open_fds", [], process.openDescriptors)
        set("process_max_fds", [], process.maximumDescriptors)
        if let seconds = process.cpuSeconds { registry.makeCounter(name: "process_cpu_seconds_total")?.raise(to: seconds) }
    }
}
