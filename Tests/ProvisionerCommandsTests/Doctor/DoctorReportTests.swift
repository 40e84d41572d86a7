import ArgumentParser
import Foundation
import Testing

@testable import ProvisionerCommands

@Suite struct DoctorReportTests {
    private static let long = String(repeating: "word ", count: 60)

    private static let report = DoctorReport(checks: [
        Check("clock", .ok, "agrees", advice: "never shown"),
        Check("node ports", .warning, long, advice: long),
        Check("store", .wrong, "broken", advice: "mend it"),
        Check("rights", .unknown, "no answer"),
    ])

    @Test(
        arguments: [
            ([], 0, true), ([.ok], 0, true), ([.ok, .warning], 0, true), ([.warning, .unknown], 2, false), ([.unknown, .wrong], 1, false),
            ([.wrong, .ok], 1, false),
        ] as [([Check.State], Int32, Bool)]
    )
    func `the exit code tells wrong from unknown, and warnings are well`(states: [Check.State], code: Int32, isWell: Bool) {
        let report = DoctorReport(checks: states.map { Check("x", $0, "y") })
        #expect(report.exitCode.rawValue == code)
        #expect(report.isWell == isWell)
    }

    @Test func `no line is longer than 100 columns`() {
        for style in [DoctorReport.Style.plain, .marked(isColored: false)] {
            for line in Self.report.text(style).split(separator: "\n") { #expect(line.count <= 100, "\(line)") }
        }
    }

    @Test func `the text has a line for each check, and mends only below problems`() {
        let lines = DoctorReport(checks: [
            Check("clock", .ok, "agrees", advice: "never shown"), Check("node ports", .wrong, "outside", advice: "set them"),
        ]).text(.plain)
        #expect(
            lines == """
                ok      clock       agrees
                wrong   node ports  outside
                                    mend: set them

                Something is wrong: 1 ok, 0 warnings, 1 wrong, 0 unknown

                """
        )
    }

    @Test func `other programs get ASCII, a terminal gets marks, and colours only if wanted`() {
        let plain = Self.report.text(.plain)
        #expect(plain.utf8.allSatisfy { $0 < 0x80 })
        let marked = Self.report.text(.marked(isColored: false))
        for mark in ["✓", "!", "✗", "?"] { #expect(marked.contains("\n\(mark) ") || marked.hasPrefix("\(mark) "), "\(mark)") }
        #expect(!marked.contains("\u{1B}"))
        #expect(Self.report.text(.marked(isColored: true)).contains("\u{1B}[31m✗\u{1B}[0m"))
    }

    @Test func `the JSON has every key, also without advice`() throws {
        let object = try #require(try JSONSerialization.jsonObject(with: Data(try Self.report.json.utf8)) as? [String: Any])
        #expect(object["ok"] as? Bool == false)
        let checks = try #require(object["checks"] as? [[String: Any]])
        #expect(checks.map { $0["state"] as? String } == ["ok", "warning", "wrong", "unknown"])
        for check in checks { #expect(Set(check.keys) == ["name", "state", "found", "advice"]) }
        #expect(checks[3]["advice"] is NSNull)
    }
}
