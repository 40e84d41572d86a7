import ArgumentParser
import Foundation

/// The result of `provisioner doctor`.
struct DoctorReport: Encodable {
    var checks: [Check]

    /// True if nothing is wrong and every question was answered.
    var isWell: Bool { exitCode == .success }

    var exitCode: ExitCode {
        if checks.contains(where: { $0.state == .wrong }) { return ExitCode(1) }
        return checks.contains { $0.state == .unknown } ? ExitCode(2) : .success
    }

    private enum CodingKeys: String, CodingKey {
        case ok, checks
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(isWell, forKey: .ok)
        try container.encode(checks, forKey: .checks)
    }

    /// The report as JSON.
    var json: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
        }
    }

    /// The form of the text.
    enum Style {
        /// Words for other programs and files.
        case plain
        /// Marks for a terminal.
        case marked(isColored: Bool)
    }

    static let width = 100

    /// Returns one line for each check, and the mends below the problems.
    func text(_ style: Style) -> String {
        let names = checks.map(\.name.count).max() ?? 0
        var lines: [String] = []
        for check in checks {
            let mark = style.mark(check.state)
            let name = check.name.padding(toLength: names, withPad: " ", startingAt: 0)
            let indent = mark.width + names + 3
            let found = Self.wrapped(check.found, width: Self.width - indent)
            for (index, line) in found.enumerated() {
                lines.append(index == 0 ? "\(mark.text) \(name)  \(line)" : String(repeating: " ", count: indent) + line)
            }
            guard check.state != .ok, let advice = check.advice else { continue }
            let mend = Self.wrapped(advice, width: Self.width - indent - 6)
            for (index, line) in mend.enumerated() {
                lines.append(String(repeating: " ", count: indent) + (index == 0 ? "mend: " : "      ") + line)
            }
        }
        return lines.joined(separator: "\n") + "\n\n" + conclusion + "\n"
    }

    private var conclusion: String {
        func count(_ state: Check.State) -> Int { checks.count { $0.state == state } }
        let counts = "\(count(.ok)) ok, \(count(.warning)) warnings, \(count(.wrong)) wrong, \(count(.unknown)) unknown"
        return (isWell ? "All is well: " : exitCode == ExitCode(1) ? "Something is wrong: " : "Not all could be asked: ") + counts
    }

    /// Breaks a text at spaces. A word that is longer than a line stays whole.
    static func wrapped(_ text: String, width: Int) -> [String] {
        var lines: [String] = []
        for word in text.split(whereSeparator: \.isWhitespace) {
            if let last = lines.last, last.count + 1 + word.count <= width {
                lines[lines.count - 1] = last + " " + word
            } else {
                lines.append(String(word))
            }
        }
        return lines.isEmpty ? [""] : lines
    }
}

extension DoctorReport.Style {
    /// Returns the mark of a state, and its width in columns.
    fileprivate func mark(_ state: Check.State) -> (text: String, width: Int) {
        switch self {
        case .plain:
            return (state.rawValue.padding(toLength: 7, withPad: " ", startingAt: 0), 7)
        case .marked(let isColored):
            let (mark, color) =
                switch state {
                case .ok: ("✓", 32)
                case .warning: ("!", 33)
                case .wrong: ("✗", 31)
                case .unknown: ("?", 35)
                }
            return (isColored ? "\u{1B}[\(color)m\(mark)\u{1B}[0m" : mark, 1)
        }
    }
}
