import Testing

@testable import ProvisionerCommands

struct ProcessMetricsTests {
    @Test func `this process has all of them`() {
        let metrics = ProcessMetrics.current()
        #expect((metrics.residentBytes ?? 0) > 1_000_000 && (metrics.virtualBytes ?? 0) >= (metrics.residentBytes ?? 0))
        #expect((metrics.cpuSeconds ?? 0) > 0 && (metrics.startTime ?? 0) > 1_600_000_000)
        #expect((metrics.openDescriptors ?? 0) >= 3 && (metrics.maximumDescriptors ?? 0) >= (metrics.openDescriptors ?? 0))
    }

    @Test(arguments: ["", "1", "1 (a", "1 (a) b) S", "1 (a) S x y z"])
    func `a text that is something else leaves every value out`(stat: String) {
        var metrics = ProcessMetrics()
        metrics.read(stat: stat, system: "btime")
        #expect(metrics.residentBytes == nil && metrics.cpuSeconds == nil && metrics.startTime == nil)
    }

    @Test func `a command with spaces and parentheses moves no field`() {
        var metrics = ProcessMetrics()
        let fields = (4...52).map { $0 == 24 ? "3" : "\($0)" }.joined(separator: " ")
        metrics.read(stat: "1 (a) (b c) S \(fields)", system: "cpu 1\nbtime 1000\n")
        #expect(metrics.virtualBytes == 23 && metrics.residentBytes == 3 * 4096)
        #expect(metrics.startTime.map { $0 > 1000 } == true)
    }
}
