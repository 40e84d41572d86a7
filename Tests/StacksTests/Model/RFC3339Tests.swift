import FoundationEssentials
import Stacks
import TestBasics
import Testing

@Suite struct RFC3339Tests {
    private static func reference(_ microseconds: Int64) -> String {
        // The middle of the millisecond, so that no binary fraction falls below it.
        let milliseconds = microseconds / 1000
        return Date(timeIntervalSince1970: (Double(milliseconds) + 0.5) / 1000)
            .formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }

    @Test(arguments: [
        (Int64(0), "1970-01-01T00:00:00.000Z"), (999, "1970-01-01T00:00:00.000Z"), (951_782_400_000_000, "2000-02-29T00:00:00.000Z"),
        (951_868_799_999_000, "2000-02-29T23:59:59.999Z"), (4_107_542_400_000_000, "2100-03-01T00:00:00.000Z"),
        (253_402_300_799_999_000, "9999-12-31T23:59:59.999Z"),
    ])
    func `a date is written in UTC with milliseconds`(microseconds: Int64, text: String) {
        #expect(Date(microseconds: microseconds).rfc3339 == text)
    }

    @Test(arguments: [UInt64(1), 2])
    func `any date is written as the formatter writes it`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<3000 {
            let date = Date(microseconds: .random(in: StackRecord.times, using: &generator))
            #expect(date.rfc3339 == Self.reference(date.microseconds), "seed \(seed), \(date.microseconds)")
        }
    }

    @Test func `the last and the first day of every month are right`() {
        for day in Int64(0)..<50_000 {
            let microseconds = day * 86_400_000_000 + 43_200_000_000
            #expect(Date(microseconds: microseconds).rfc3339 == Self.reference(microseconds))
        }
    }

    @Test(arguments: [Int64.min, -1, 253_402_300_800_000_000, .max])
    func `a date of another age is written somehow`(microseconds: Int64) {
        #expect(!Date(microseconds: microseconds).rfc3339.isEmpty)
    }
}
