/// A share between 0 and 1 in millionths, so that the boundary is exact.
package struct ReserveRatio: Sendable, Equatable {
    package let millionths: Int64

    /// A fifth, the default of the contract.
    package static let standard = ReserveRatio(unchecked: 200_000)

    private init(unchecked millionths: Int64) {
        self.millionths = millionths
    }

    /// - Returns: nil unless the value lies in 0…1,000,000.
    package init?(millionths: Int64) {
        guard (0...1_000_000).contains(millionths) else { return nil }
        self.millionths = millionths
    }

    /// The share of both amounts, rounded up: the reserve is never smaller than asked for.
    func share(of amount: ResourceAmount) -> ResourceAmount {
        ResourceAmount(cpuMilli: share(of: amount.cpuMilli), memoryBytes: share(of: amount.memoryBytes))
    }

    private func share(of value: Int64) -> Int64 {
        Int64(clamping: (Int128(value) * Int128(millionths) + 999_999) / 1_000_000)
    }
}
