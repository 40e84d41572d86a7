import Foundation
import TestBasics
import Testing

@testable import ProvisionerCommands

@Suite struct ShownTests {
    @Test(
        arguments: [
            ("plain ✓ ä", "plain ✓ ä"), ("\u{1B}[31mred", #"\u{1b}[31mred"#), ("a\nb\r\nc\td", "a b c d"),
            ("a\u{7}\u{8}\u{7F}", #"a\u{7}\u{8}\u{7f}"#),
            ("\u{9B}2J", #"\u{9b}2J"#), ("abc\u{202E}fed", #"abc\u{202e}fed"#), ("\u{2028}x\u{200B}", #"x\u{200b}"#), ("", ""),
            ("a\0b", #"a\u{0}b"#),
        ] as [(String, String)]
    )
    func `a line has no character that moves the cursor, changes colours or reorders text`(text: String, shown: String) {
        #expect(Shown.line(text) == shown)
    }

    @Test func `lines keep their ends and tabs`() {
        #expect(Shown.lines("a\tb\n\u{1B}]0;title\u{7}c\r\n") == "a\tb\n\\u{1b}]0;title\\u{7}c\\u{d}\n")
    }

    @Test(
        arguments: [
            (#"{"a":"b"}"#, #"{"a":"b"}"#), ("{\"a\":\"\u{9B}2J\u{7F}\"}", #"{"a":"\u009b2J\u007f"}"#),
            ("{\n\t\"a\": 1\n}", "{\n\t\"a\": 1\n}"),
            ("\"\u{E0001}\"", #""\udb40\udc01""#),
        ] as [(String, String)]
    )
    func `JSON on a terminal keeps its value and shows no control characters`(text: String, shown: String) throws {
        #expect(Shown.json(text) == shown)
        let before = try JSONDecoder().decode(JSONTree.self, from: Data(text.utf8))
        #expect(try JSONDecoder().decode(JSONTree.self, from: Data(shown.utf8)) == before)
    }

    @Test(arguments: [UInt64.random(in: 0...UInt64.max)])
    func `no text of any characters leaves a control character`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<2000 {
            let scalars = (0..<12).compactMap { _ in
                UnicodeScalar(UInt32.random(in: 0..<(Bool.random(using: &generator) ? 0xA1 : 0x2070), using: &generator))
            }
            let text = String(String.UnicodeScalarView(scalars))
            for shown in [Shown.line(text), Shown.lines(text)] {
                let left = shown.unicodeScalars.filter {
                    $0.value < 32 || (0x7F...0x9F).contains($0.value) || (0x202A...0x202E).contains($0.value)
                }
                #expect(left.allSatisfy { $0 == "\n" || $0 == "\t" }, "seed \(seed): \(scalars.map(\.value))")
            }
        }
    }
}
