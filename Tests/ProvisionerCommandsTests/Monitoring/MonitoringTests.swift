import Foundation
import Testing
import Yams

@testable import ProvisionerCommands

/// The alerts, their tests and sections in the runbook, and the dashboard. `scripts/check-monitoring` lets promtool judge them.
@Suite struct MonitoringTests {
    struct Alert: Decodable {
        var alert: String
        var expr: String
        var labels: [String: String]
        var annotations: [String: String]
    }

    private struct Rule: Decodable {
        struct Spec: Decodable { var groups: [Group] }
        struct Group: Decodable { var rules: [Alert] }
        var spec: Spec
    }

    private struct RuleTests: Decodable {
        struct Case: Decodable { var alert_rule_test: [Moment] }
        struct Moment: Decodable {
            var alertname: String
            var exp_alerts: [Expected]
        }
        struct Expected: Decodable { var exp_annotations: [String: String] }
        var tests: [Case]
    }

    private struct Dashboard: Decodable {
        struct Panel: Decodable {
            struct Target: Decodable { var expr: String }
            var title: String
            var targets: [Target]?
        }
        var panels: [Panel]
    }

    private static func text(_ path: String) throws -> String {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..").standardizedFileURL
        return try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    private static func alerts() throws -> [Alert] {
        try YAMLDecoder().decode(Rule.self, from: text("deploy/monitoring/prometheusrule.yaml")).spec.groups.flatMap(\.rules)
    }

    /// Returns the metrics that an expression names, those of histograms by the name of the histogram.
    static func metrics(in expression: String) -> Set<String> {
        // Labels and texts are not names of metrics.
        let bare = expression.replacing(/"[^"]*"/, with: "").replacing(/\b(by|without|ignoring|on) *\([^)]*\)/, with: "")
            .replacing(/\{[^}]*\}/, with: "")
        let names = bare.matches(of: /[a-z][a-z0-9]*(?:_[a-z0-9]+)+/).map { String($0.output) }
        return Set(
            names.filter { $0 != "histogram_quantile" && $0 != "__rate_interval" && $0 != "rate_interval" }
                .map { $0.replacing(/_(bucket|sum|count)$/, with: "") }
        )
    }

    @Test(
        arguments: [
            (#"sum by (a_b) (rate(x_y_total{c_d="e_f"}[$__rate_interval]))"#, ["x_y_total"]),
            ("histogram_quantile(0.9, rate(x_seconds_bucket[5m])) / on (g_h) x_seconds_count", ["x_seconds"]), ("up", []),
        ] as [(String, Set<String>)]
    )
    func `the metrics of an expression are found`(expression: String, names: Set<String>) {
        #expect(Self.metrics(in: expression) == names)
    }

    @Test func `every alert has a section of the runbook, and every section an alert`() throws {
        let alerts = try Self.alerts()
        let lines = try Self.text("docs/runbook.md").split(separator: "\n")
        let sections = lines.filter { $0.hasPrefix("## ") }.map { String($0.dropFirst(3)) }
        #expect(alerts.map(\.alert) == sections, "in the same order")
        for alert in alerts {
            #expect(alert.annotations["runbook_url"] == "docs/runbook.md#\(alert.alert.lowercased())")
            #expect(alert.annotations["summary"]?.isEmpty == false)
            #expect(["critical", "warning"].contains(alert.labels["severity"]))
        }
    }

    @Test func `every alert is tested quiet and firing`() throws {
        let tests = try YAMLDecoder().decode(RuleTests.self, from: Self.text("deploy/monitoring/prometheusrule.test.yaml")).tests
        let moments = tests.flatMap(\.alert_rule_test)
        for alert in try Self.alerts() {
            let own = moments.filter { $0.alertname == alert.alert }
            #expect(own.contains { $0.exp_alerts.isEmpty }, "\(alert.alert) is never quiet")
            #expect(own.contains { !$0.exp_alerts.isEmpty }, "\(alert.alert) never fires")
        }
    }

    @Test func `alerts and dashboard name metrics of the catalogue only, and the dashboard shows each`() throws {
        let known = Set(MetricCatalogue.descriptions.keys)
        let alerts = try Self.alerts().map { ($0.alert, Self.metrics(in: $0.expr)) }
        let dashboard = try JSONDecoder().decode(Dashboard.self, from: Data(Self.text("deploy/monitoring/grafana-dashboard.json").utf8))
        let panels = dashboard.panels.flatMap { panel in (panel.targets ?? []).map { (panel.title, Self.metrics(in: $0.expr)) } }
        for (place, names) in alerts + panels {
            #expect(names.subtracting(known) == [], "\(place)")
            #expect(!names.isEmpty, "\(place)")
        }
        let shown = panels.reduce(into: Set<String>()) { $0.formUnion($1.1) }
        // Nobody needs a curve of the address space.
        #expect(known.subtracting(shown) == ["process_virtual_memory_bytes"])
    }

    @Test func `no label of a metric in the dashboard or the alerts could be an id`() throws {
        let texts = try Self.alerts().map(\.expr) + [Self.text("deploy/monitoring/grafana-dashboard.json")]
        for text in texts { #expect(!text.contains(/user_id|stack_id|problem_id/)) }
    }
}
