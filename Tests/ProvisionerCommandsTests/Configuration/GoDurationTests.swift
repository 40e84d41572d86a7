import Stacks
import Testing

/// After the table of Go's own test of `time.ParseDuration`.
@Suite struct GoDurationTests {
    /// With their nanoseconds.
    private static let durations: [String: Int64] = [
        "0": 0, "0s": 0, "5s": 5_000_000_000, "30s": 30_000_000_000, "1478s": 1_478_000_000_000, "+5s": 5_000_000_000,
        "5.0s": 5_000_000_000, "5.6s": 5_600_000_000, "5.s": 5_000_000_000, ".5s": 500_000_000, "1.00s": 1_000_000_000,
        "1.004s": 1_004_000_000, "1.0040s": 1_004_000_000, "100.00100s": 100_001_000_000, "10ns": 10, "11us": 11_000, "12µs": 12_000,
        "12μs": 12_000, "13ms": 13_000_000, "14s": 14_000_000_000, "15m": 900_000_000_000, "16h": 57_600_000_000_000,
        "3h30m": 12_600_000_000_000, "1h30m": 5_400_000_000_000, "1.5h": 5_400_000_000_000, "10.5s4m": 250_500_000_000,
        "1h2m3s4ms5us6ns": 3_723_004_005_006, "39h9m14.425s": 140_954_425_000_000, "52763797000ns": 52_763_797_000,
        "0.100000000000000000000h": 360_000_000_000, "0.9223372036854775807s": 922_337_203, "0.000000001s": 1, "0.0000000009s": 0,
        "9007199254.740993s": 9_007_199_254_740_993_000, "9223372036s": 9_223_372_036_000_000_000, "2562047h": 9_223_369_200_000_000_000,
        "2562047h47m16.854775807s": .max,
    ]

    @Test(arguments: durations.sorted { $0.key < $1.key })
    func `a duration is read as Go reads it`(text: String, nanoseconds: Int64) {
        #expect(Duration(goNotation: text) == .nanoseconds(nanoseconds))
    }

    @Test(arguments: [
        "", "3", "5", "-", "s", ".", "-.", ".s", "+.s", "+", "1d", "1w", "1y", "5S", "1H", "5 s", " 5s", "5s ", "1h 30m", "1.5.5s", "1..5s",
        "1,5h",
        "--5s", "-5s", "+-5s", "1e3s", "0x10s", "5ss", "h1", "1h30", "٥s", "½h", "9223372037s", "9223372036855ms", "2562048h",
        "99999999999999999999h", "3000000h", "9223372036854775808ns", "9223372036854775.808us", "2562047h9000000s", "5s\u{301}",
        "2562047h47m16.854775808s",
    ])
    func `anything else is none`(text: String) {
        #expect(Duration(goNotation: text) == nil)
    }

    private static let written: [String: Int64] = [
        "0s": 0, "30s": 30_000_000_000, "2h": 7_200_000_000_000, "1h30m": 5_400_000_000_000, "1m1s": 61_000_000_000,
        "8760h": 31_536_000_000_000_000, "100ms": 100_000_000, "1s500ms": 1_500_000_000, "1us1ns": 1001,
    ]

    @Test(arguments: written.sorted { $0.key < $1.key })
    func `a duration is written as it is read`(text: String, nanoseconds: Int64) {
        #expect(Duration.nanoseconds(nanoseconds).goNotation == text)
        #expect(Duration(goNotation: text) == .nanoseconds(nanoseconds))
    }
}
