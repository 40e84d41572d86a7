import TestBasics
import Testing

@testable import PodPolicy

@Suite struct RedactionTests {
    @Test(arguments: [
        ("ctf{abc}", "Invalid value: \"ctf{abc}\": no", "Invalid value: \"<hidden>\": no"),
        ("ctf{abc}", "ctf{abc}ctf{abc}", "<hidden>"),
        ("1234", "port 1234 and 12345", "port <hidden> and <hidden>5"),
        ("123", "port 123", "port 123"), ("", "nothing", "nothing"),
        ("a long value that was cut", "value \"a long value tha...\"", "value \"<hidden>...\""),
        ("pay $(X) now", "got pay $$(X) now", "got <hidden>"),
        ("say \"a\" \"b\"", "got \"say \\\"a\\\" \\\"b\\\"\".", "got \"<hidden>\"."),
        ("<a>&<b>", "got \"\\u003ca\\u003e\\u0026\\u003cb\\u003e\".", "got \"<hidden>\"."),
        ("e\u{301}tude", "an e\u{301}tude", "an <hidden>"), ("two\nlines", "it has two\\nlines", "it has <hidden>"),
    ])
    func `a value is hidden however it is quoted`(value: String, text: String, shown: String) {
        #expect(Redaction([value])(text) == shown)
    }

    @Test func `a text without values stays as it is`() {
        let text = "Pod \"stack-1\" is invalid: spec.containers[0].image: Invalid value: \"e\u{301}\""
        #expect(Redaction([])(text) == text)
        #expect(Redaction(["ctf{abc}", "secret"])(text) == text)
    }

    @Test func `eight characters of a value in a row are never shown`() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<300 {
            let letters = (0..<Int.random(in: 4...40, using: &generator)).compactMap { _ in "abc\"\\$é".randomElement(using: &generator) }
            let value = String(letters)
            let cut = String(letters.prefix(Int.random(in: 1...letters.count, using: &generator)))
            let shown = Redaction([value])("before \(cut) after")
            if cut.count >= min(8, value.count) {
                #expect(!shown.contains(cut.prefix(8)), "seed \(seed): \(value) in \(shown)")
            }
            #expect(shown.hasPrefix("before ") && shown.hasSuffix(" after"), "seed \(seed)")
        }
    }
}
