import Foundation
import Testing

@testable import ProvisionerCommands

@Suite struct AgeTests {
    private static let durations: [(Int, String)] = [
        (0, "0s"), (1, "1s"), (60, "60s"), (70, "70s"), (119, "119s"), (120, "2m"), (190, "3m10s"), (300, "5m"), (330, "5m30s"),
        (599, "9m59s"), (600, "10m"), (4200, "70m"), (10_740, "179m"), (10_800, "3h"), (12_000, "3h20m"), (28_799, "7h59m"),
        (28_800, "8h"), (169_200, "47h"), (172_800, "2d"), (176_400, "2d1h"), (183_600, "2d3h"), (691_199, "7d23h"),
        (698_400, "8d"), (31_708_800, "367d"), (63_072_000, "2y"), (65_232_000, "2y25d"), (252_460_800, "8y"), (94_608_000_000, "3000y"),
    ]

    @Test(arguments: durations)
    func `a duration is printed as kubectl does`(seconds: Int, text: String) {
        #expect(Age.text(seconds: Double(seconds)) == text)
    }

    @Test(
        arguments: [
            (59.9, "59s"), (-1, "0s"), (-1.9, "0s"), (-2, "<invalid>"), (1e300, "<invalid>"), (.infinity, "<invalid>"), (.nan, "<invalid>"),
        ] as [(Double, String)]
    )
    func `a duration that is no whole number, negative or endless is printed too`(seconds: Double, text: String) {
        #expect(Age.text(seconds: seconds) == text)
    }

    @Test(
        arguments: [
            ("2026-11-24T19:39:37.001Z", "5m30s"), ("2026-11-24T19:39:37Z", "5m30s"), ("2026-11-24T19:45:06Z", "1s"),
            ("2026-11-24T20:00:00Z", "<invalid>"), ("soon", "<unknown>"), (nil, "<unknown>"), ("", "<unknown>"),
        ] as [(String?, String)]
    )
    func `an age counts from a moment in RFC 3339`(moment: String?, text: String) throws {
        #expect(Age.text(since: moment, now: try now) == text)
    }

    @Test(
        arguments: [
            ("2026-11-24T21:45:07.501Z", "120m"), ("2026-11-24T20:45:07.501Z", "60m"), ("2026-11-24T19:45:07.500Z", "now"),
            ("2020-01-01T00:00:00Z", "now"), ("?", "<unknown>"),
        ] as [(String, String)]
    )
    func `the end of a stack is a time from now on`(moment: String, text: String) throws {
        #expect(Age.text(until: moment, now: try now) == text)
    }

    private var now: Date {
        get throws { try Date.ISO8601FormatStyle(includingFractionalSeconds: true).parse("2026-11-24T19:45:07.501Z") }
    }
}
