import CoreMetrics
import Prometheus
import Testing

/// The text of the exporter in both formats.
struct ExpositionTests {
    private let registry = PrometheusCollectorRegistry(descriptions: [
        "jobs_total": MetricDescription(help: "Jobs that ended."),
        "wait_seconds": MetricDescription(help: "Time in the queue.", buckets: [0.5, 1]),
    ])

    private var factory: PrometheusMetricsFactory { PrometheusMetricsFactory(registry: registry) }

    @Test func `a counter has its help, its type and one line for each set of labels`() {
        CoreMetrics.Counter(label: "jobs_total", dimensions: [("code", "ok")], factory: factory).increment(by: 2)
        CoreMetrics.Counter(label: "jobs_total", dimensions: [("code", "ok")], factory: factory).increment()
        CoreMetrics.Counter(label: "jobs_total", dimensions: [("code", "failed")], factory: factory).increment()
        let samples = "jobs_total{code=\"failed\"} 1\njobs_total{code=\"ok\"} 3\n"
        #expect(registry.text(.prometheus) == "# HELP jobs_total Jobs that ended.\n# TYPE jobs_total counter\n" + samples)
        #expect(registry.text(.openMetrics) == "# HELP jobs Jobs that ended.\n# TYPE jobs counter\n" + samples + "# EOF\n")
    }

    @Test func `a timer is a cumulative histogram in seconds`() {
        let timer = Timer(label: "wait_seconds", factory: factory)
        for milliseconds in [250, 500, 750, 5000] { timer.recordMilliseconds(milliseconds) }
        let text = """
            # HELP wait_seconds Time in the queue.
            # TYPE wait_seconds histogram
            wait_seconds_bucket{le="0.5"} 2
            wait_seconds_bucket{le="1"} 3
            wait_seconds_bucket{le="+Inf"} 4
            wait_seconds_sum 6.5
            wait_seconds_count 4

            """
        #expect(registry.text(.prometheus) == text)
    }

    @Test(arguments: [("a\"b", "a\\\"b"), ("a\\b", "a\\\\b"), ("a\nb", "a\\nb")])
    func `the value of a label is escaped`(value: String, written: String) {
        Meter(label: "m", dimensions: [("l", value)], factory: factory).set(1)
        #expect(registry.text(.prometheus).hasSuffix("m{l=\"\(written)\"} 1\n"))
    }

    @Test(arguments: [
        (1.0, "1"), (0.25, "0.25"), (-3, "-3"), (.infinity, "+Inf"), (-.infinity, "-Inf"), (.nan, "NaN"), (1e300, "1e+300"),
    ])
    func `a number is written as Prometheus parses it`(value: Double, written: String) {
        Meter(label: "m", factory: factory).set(value)
        #expect(registry.text(.prometheus).hasSuffix("m \(written)\n"))
    }

    @Test(arguments: [("a.b-c", "a_b_c"), ("9lives", "_lives"), ("", "_"), ("µ", "_")])
    func `a character that no name may have becomes an underscore`(label: String, name: String) {
        Meter(label: label, factory: factory).set(1)
        #expect(registry.text(.prometheus).hasSuffix("\n\(name) 1\n"))
    }

    @Test func `a name that has another kind is left out and ends nothing`() {
        Meter(label: "jobs_total", factory: factory).set(7)
        CoreMetrics.Counter(label: "jobs_total", factory: factory).increment()
        #expect(registry.text(.prometheus).hasSuffix("# TYPE jobs_total gauge\njobs_total 7\n"))
    }

    @Test func `a counter ignores what would let it fall`() {
        let counter = FloatingPointCounter(label: "jobs_total", factory: factory)
        for amount in [1, -5, Double.nan, Double.infinity] { counter.increment(by: amount) }
        #expect(registry.text(.prometheus).hasSuffix("jobs_total 1\n"))
    }

    @Test func `the series of a removed metric are not written any more`() {
        Meter(label: "m", dimensions: [("node", "a")], factory: factory).set(1)
        registry.removeSeries(of: "m")
        #expect(registry.text(.prometheus) == "")
    }
}
