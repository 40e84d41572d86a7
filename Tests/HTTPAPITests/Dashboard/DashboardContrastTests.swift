import Foundation
import TestBasics
import TestSupport
import Testing

/// WCAG 2.2: text has a contrast of 4.5 with its background, and what is needed to recognise a control or a picture has 3.
/// https://www.w3.org/TR/WCAG22/#contrast-minimum
@Suite struct DashboardContrastTests {
    private static let text = [
        ("text", ["page", "surface", "raised", "hover"]), ("muted", ["page", "surface", "raised", "hover"]),
        ("accent", ["page", "surface", "raised", "hover"]), ("ok", ["surface", "hover", "page", "raised"]),
        ("warn", ["surface", "hover", "page"]), ("danger", ["surface", "hover", "page", "raised"]),
        ("on-fill", ["accent-fill", "danger-fill"]), ("on-banner", ["banner"]),
    ]
    private static let shapes = [
        ("control-line", ["surface", "page"]), ("bar", ["surface", "track"]), ("bar-quiet", ["surface", "track"]),
        ("bar-failed", ["surface", "track"]), ("accent", ["hover"]),
    ]
    private static let pairs: [(String, String, Double)] = combined(text, 4.5) + combined(shapes, 3)

    private static func combined(_ table: [(String, [String])], _ least: Double) -> [(String, String, Double)] {
        table.flatMap { front, backs in backs.map { (front, $0, least) } }
    }

    @Test(arguments: pairs) func `a colour stands out from its background, light and dark`(front: String, back: String, least: Double)
        async throws
    {
        let colours = try await Self.colours()
        let (front, back) = (try #require(colours[front]), try #require(colours[back]))
        for theme in 0...1 {
            let ratio = Self.contrast(front[theme], back[theme])
            #expect(ratio >= least, "\(["light", "dark"][theme]): \(ratio)")
        }
    }

    @Test func `every colour of text is one of those that are checked`() async throws {
        let css = try await Self.css()
        let used = Set(css.matches(of: #/[^-]color: ([^;]+);/#).map { String($0.1) })
        let known = Set(Self.text.map { "var(--\($0.0))" })
        #expect(used.subtracting(known).isEmpty)
        // Colours stand in the table at the top only; the shadows of dialogs carry no text.
        let literals = css.matches(of: #/#[0-9a-f]{3,8}/#).count
        let tokens = try await Self.colours().count
        #expect(literals == 2 * tokens + 3)
    }

    private static func css() async throws -> String {
        let css = Observed("")
        try await withAPI { api async throws in
            let text = try await api.get("/dashboard/style.css").text
            css.update { $0 = text }
        }
        return css.value
    }

    /// The colours of light and dark by name.
    private static func colours() async throws -> [String: [UInt32]] {
        var colours: [String: [UInt32]] = [:]
        for match in try await css().matches(of: #/--([a-z-]+): light-dark\(#([0-9a-f]{6}), #([0-9a-f]{6})\);/#) {
            colours[String(match.1)] = [try #require(UInt32(match.2, radix: 16)), try #require(UInt32(match.3, radix: 16))]
        }
        return colours
    }

    private static func contrast(_ one: UInt32, _ other: UInt32) -> Double {
        let (one, other) = (luminance(one), luminance(other))
        return (max(one, other) + 0.05) / (min(one, other) + 0.05)
    }

    /// https://www.w3.org/TR/WCAG22/#dfn-relative-luminance
    private static func luminance(_ colour: UInt32) -> Double {
        zip([16, 8, 0], [0.2126, 0.7152, 0.0722]).reduce(0) { sum, channel in
            let value = Double(colour >> UInt32(channel.0) & 0xff) / 255
            return sum + channel.1 * (value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4))
        }
    }
}
