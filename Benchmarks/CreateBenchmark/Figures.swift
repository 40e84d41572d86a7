import Foundation

extension [Duration] {
    var median: Duration { sorted()[count / 2] }
}

/// Prints minimum, median, 90th percentile and maximum.
func report(_ what: String, _ times: [Duration]) {
    let sorted = times.sorted()
    let figures = [("min", sorted[0]), ("median", times.median), ("p90", sorted[sorted.count * 9 / 10]), ("max", sorted[sorted.count - 1])]
    let text = figures.map { "\($0.0) \(hundredths($0.1 / .milliseconds(1))) ms" }.joined(separator: ", ")
    print("\(what): \(text) (\(times.count) times)")
}

func hundredths(_ value: Double) -> String { String(format: "%.2f", value) }

/// Of a process, in KiB.
func residentMemory(_ pid: String) throws -> Int {
    let status = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
    return line.flatMap { Int($0.filter(\.isNumber)) } ?? 0
}
