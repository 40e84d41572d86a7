/// A ratio from 0 to 1, stored in millionths so that comparisons are exact.
package struct ReserveRatio: Sendable, Equatable {
    package let millionths: Int64

    /// 0.2, the default of the contract.
    package static let standard = ReserveRatio(unchecked: 200_000)

    private init(unchecked millionths: Int64) {
        self.millionths = millionths
    }

    /// - Returns: nil if `millionths` is outside 0…1,000,000.
    package init?(millionths: Int64) {
        guard (0...1_000_000).contains(millionths) else { return nil }
        self.millionths = millionths
    }

    /// Returns the share of both amounts, rounded up so that the reserve is never too small.
    func share(of amount: ResourceAmount) -> ResourceAmount {
        ResourceAmount(cpuMilli: share(of: amount.cpuMilli), memoryBytes: share(of: amount.memoryBytes))
    }

    private func share(of value: Int64) -> Int64 {
        Int64(clamping: (Int128(value) * Int128(millionths) + 999_999) / 1_000_000)
    }
}
