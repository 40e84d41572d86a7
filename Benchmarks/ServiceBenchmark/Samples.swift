import Foundation

/// Repeated measurements of one figure.
struct Samples: Sendable {
    private var sorted: [Double] = []

    init(_ values: [Double]) { sorted = values.sorted() }

    /// In milliseconds.
    init(_ times: [Duration]) { self.init(times.map { $0 / .milliseconds(1) }) }

    var count: Int { sorted.count }
    var median: Double { percentile(50) }

    func percentile(_ percent: Int) -> Double {
        sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, sorted.count * percent / 100)]
    }

    /// The values between which eight of ten lie.
    var spread: String { "\(hundredths(percentile(10)))–\(hundredths(percentile(90)))" }
}

func hundredths(_ value: Double) -> String { String(format: "%.2f", value) }

/// Measures `body` so many times.
func samples(_ count: Int, _ body: () async throws -> Void) async throws -> Samples {
    var times: [Duration] = []
    for _ in 0..<count { times.append(try await ContinuousClock().measure { try await body() }) }
    return Samples(times)
}
