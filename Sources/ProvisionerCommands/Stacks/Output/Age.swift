import Foundation

/// Times as kubectl prints them.
enum Age {
    /// Returns a duration in one or two units, as `HumanDuration` of Kubernetes does.
    /// https://github.com/kubernetes/apimachinery/blob/master/pkg/util/duration/duration.go
    static func text(seconds: Double) -> String {
        // Clocks of two machines may differ by a second.
        guard seconds > -2, seconds < 1e11 else { return "<invalid>" }
        let seconds = max(0, Int(seconds))
        let (minutes, hours) = (seconds / 60, seconds / 3600)
        let (days, years) = (hours / 24, hours / 24 / 365)
        switch true {
        case seconds < 120: return "\(seconds)s"
        case minutes < 10: return "\(minutes)m" + rest(seconds % 60, "s")
        case minutes < 180: return "\(minutes)m"
        case hours < 8: return "\(hours)h" + rest(minutes % 60, "m")
        case hours < 48: return "\(hours)h"
        case days < 8: return "\(days)d" + rest(hours % 24, "h")
        case years < 2: return "\(days)d"
        case years < 8: return "\(years)y" + rest(days % 365, "d")
        default: return "\(years)y"
        }
    }

    /// Returns the age of a moment in RFC 3339; `<unknown>` for anything else.
    static func text(since moment: String?, now: Date) -> String {
        guard let date = moment.flatMap(date) else { return "<unknown>" }
        return text(seconds: now.timeIntervalSince(date))
    }

    /// Returns the time until a moment in RFC 3339; `now` when it is over.
    static func text(until moment: String?, now: Date) -> String {
        guard let date = moment.flatMap(date) else { return "<unknown>" }
        let seconds = date.timeIntervalSince(now)
        return seconds <= 0 ? "now" : text(seconds: seconds)
    }

    private static func rest(_ number: Int, _ unit: String) -> String { number == 0 ? "" : "\(number)\(unit)" }

    private static func date(_ text: String) -> Date? {
        for style in [Date.ISO8601FormatStyle(includingFractionalSeconds: true), Date.ISO8601FormatStyle()] {
            do { return try style.parse(text) } catch { /* the other form may fit */  }
        }
        return nil
    }
}
