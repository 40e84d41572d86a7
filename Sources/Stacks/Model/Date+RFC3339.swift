package import FoundationEssentials

extension Date {
    /// The date in RFC 3339, in UTC, cut off to milliseconds.
    package var rfc3339: String {
        let microseconds = microseconds
        guard StackRecord.times.contains(microseconds) else { return formatted(microseconds) }
        let milliseconds = microseconds / 1000
        let (year, month, day) = Self.civil(daysSince1970: milliseconds / 86_400_000)
        return String(unsafeUninitializedCapacity: 24) { text in
            var end = 0
            func write(_ number: Int64, width: Int, _ separator: Unicode.Scalar) {
                var rest = number
                for index in stride(from: end + width - 1, through: end, by: -1) {
                    text[index] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
                    rest /= 10
                }
                text[end + width] = UInt8(ascii: separator)
                end += width + 1
            }
            write(year, width: 4, "-")
            write(month, width: 2, "-")
            write(day, width: 2, "T")
            write(milliseconds / 3_600_000 % 24, width: 2, ":")
            write(milliseconds / 60_000 % 60, width: 2, ":")
            write(milliseconds / 1000 % 60, width: 2, ".")
            write(milliseconds % 1000, width: 3, "Z")
            return end
        }
    }

    /// Formats dates outside of ``StackRecord/times``, and takes ten times as long. Computed from the microseconds, since the formatter could
    /// cut off one more millisecond from a binary fraction just below it.
    private func formatted(_ microseconds: Int64) -> String {
        let milliseconds = (Double(microseconds) / 1000).rounded(.down)
        return Date(timeIntervalSince1970: (milliseconds + 0.5) / 1000).formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }

    /// Returns the date of a day from 1970 on, in the Gregorian calendar.
    /// https://howardhinnant.github.io/date_algorithms.html#civil_from_days
    private static func civil(daysSince1970 days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        // Years begin in March here, so that the day of a leap year is its last. An era has 400 years.
        let (era, day) = (days + 719_468).quotientAndRemainder(dividingBy: 146_097)
        let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365
        let dayOfYear = day - (365 * year + year / 4 - year / 100)
        let month = (5 * dayOfYear + 2) / 153
        return (
            year: year + era * 400 + (month >= 10 ? 1 : 0),
            month: month < 10 ? month + 3 : month - 9,
            day: dayOfYear - (153 * month + 2) / 5 + 1
        )
    }
}
