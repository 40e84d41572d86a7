import CoreMetrics
import Prometheus

/// The metrics of one test.
struct RecordedMetrics {
    fileprivate let registry = PrometheusCollectorRegistry()

    /// The samples as Prometheus reads them, by series.
    var samples: [String: Double] {
        let lines = registry.text(.prometheus).split(separator: "\n").filter { !$0.hasPrefix("#") }
        return Dictionary(
            uniqueKeysWithValues: lines.compactMap { line -> (String, Double)? in
                guard let space = line.lastIndex(of: " "), let value = Double(line[line.index(after: space)...]) else { return nil }
                return (String(line[..<space]), value)
            }
        )
    }

    /// The series of a metric that are not 0, by the value of their only label.
    func counts(_ name: String) -> [String: Double] {
        let prefix = name + "{"
        return samples.filter { $0.key.hasPrefix(prefix) && $0.value != 0 }.reduce(into: [:]) { counts, sample in
            counts[sample.key.dropFirst(prefix.count).dropLast().split(separator: "\"").last.map(String.init) ?? "", default: 0] +=
                sample.value
        }
    }

    /// The labels of a metric as they are written.
    func series(_ name: String) -> Set<String> {
        Set(samples.keys.filter { $0.hasPrefix(name + "{") }.map { String($0.dropFirst(name.count)) })
    }
}

/// Runs `body`, whose metrics go to a registry of its own, as do those of the tasks that it starts.
func withMetrics(_ body: (RecordedMetrics) async throws -> Void) async throws {
    let metrics = RecordedMetrics()
    try await withMetricsFactory(PrometheusMetricsFactory(registry: metrics.registry)) {
        try await body(metrics)
    }
}
