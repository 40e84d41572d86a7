import Testing

@testable import PodPolicy

@Suite struct MessageTests {
    /// As the service puts a refusal into one sentence.
    private func sentence(_ text: String) -> String {
        Specs.problems(text).map { "\($0.path): \($0.message)" }.joined(separator: "; ")
    }

    private static let long = String(repeating: "x", count: 60_000)
    /// One character to Swift, and sixty thousand bytes.
    private static let oneCharacter = "x" + String(repeating: "\u{301}", count: 29_000)

    @Test(arguments: [long, oneCharacter])
    func `nothing long is echoed`(text: String) {
        let specs = [
            "\"\(text)\": x\n", "a: 1\n\"b\": {\"\(text)\": 1, \"\(text)\": 2}\n", Specs.spec(pod: "  ? \"\(text)\"\n  : x"),
            Specs.spec(metadata: "  ? \"\(text)\"\n  : x"), Specs.spec(metadata: "  generateName: \"\(text)\""),
            Specs.spec(container: "      workingDir: \"\(text)\""), Specs.spec(container: "      imagePullPolicy: \"\(text)\""),
            Specs.spec(pod: "  hostname: \"\(text)\""), Specs.spec(pod: "  restartPolicy: \"\(text)\""),
            "apiVersion: \"\(text)\"\nkind: Pod\n",
            Specs.minimal.replacing("nginx:1.27", with: "\"\(text)\""), Specs.minimal.replacing("100m", with: "\"\(text)\""), "&\(text) a",
            "*\(text)",
            "!\(text) a", "%\(text)\n---\na",
        ]
        for spec in specs {
            let sentence = sentence(spec)
            #expect(!sentence.isEmpty)
            #expect(sentence.utf8.count < 2000, "\(sentence.prefix(300))")
        }
    }

    @Test func `twenty of the longest problems still make a short answer`() {
        let fields = (0..<40).map { "      \"\($0)\(String(repeating: "\u{1F4A9}", count: 300))\": x" }.joined(separator: "\n")
        #expect(Specs.problems(Specs.spec(container: fields)).count == 20)
        #expect(sentence(Specs.spec(container: fields)).utf8.count < 8 * 1024)
        let images = (0..<10).map {
            "    - {name: \"\($0)\(Self.long.prefix(2000))\", image: \"\(Self.long.prefix(2000))\", tty: \"\(Self.long.prefix(500))\"}"
        }
        #expect(sentence(Specs.spec(after: images.joined(separator: "\n"))).utf8.count < 8 * 1024)
    }

    @Test(arguments: [
        ("a\u{1B}[31mb", "a\\u{1b}[31mb"), ("a\nb", "a\\u{a}b"), ("a\u{202E}b", "a\\u{202e}b"), ("é🚩", "é🚩"), ("\u{0}", "\\u{0}"),
        ("abc", "abc"), ("\u{7F}", "\\u{7f}"),
        ("\u{85}", "\\u{85}"), ("\u{FEFF}", "\\u{feff}"),
    ])
    func `what would change a terminal is shown as an escape`(text: String, shown: String) {
        #expect(Excerpt.of(text) == shown)
    }

    @Test func `escapes in a value do not reach the message`() throws {
        let problem = try #require(Specs.problems(Specs.spec(container: #"      workingDir: "\e[2J\u202e""#)).first)
        #expect(problem.message.contains(#"\u{1b}[2J\u{202e}"#))
    }

    @Test func `one mistake is one problem`() {
        let mistakes = [
            Specs.spec(pod: "  volumes: [{name: v, hostPath: {path: /}}]", container: "      volumeMounts: [{name: v, mountPath: /a}]"),
            Specs.spec(pod: "  volumes: [{name: V, emptyDir: {}}]"), Specs.spec(container: "      livenessProbe: {httpGet: {port: 0}}"),
            Specs.spec(container: "      lifecycle: {preStop: {sleep: {seconds: 5}}}"),
            Specs.minimal.replacing("containerPort: 8080", with: "containerPort: http"),
            Specs.spec(container: "      env: [{name: A, valueFrom: {secretKeyRef: {name: s, key: k}}}]"),
            Specs.minimal.replacing("name: web", with: "name: WEB"),
            Specs.spec(container: "      livenessProbe: {exec: {command: []}}"), Specs.spec(container: "      livenessProbe: {grpc: {}}"),
            "[]", "x",
        ]
        for text in mistakes { #expect(Specs.problems(text).count == 1, "\(Specs.problems(text))") }
    }

    @Test func `what is wrong with all containers together is shown where they begin`() {
        let text = Specs.spec(pod: "  hostname: a").replacing("cpu: 100m", with: "cpu: 3")
        #expect(Specs.problems(text).map { "\($0.line ?? 0):\($0.column ?? 0)" } == ["9:5"])
    }

    @Test func `problems come in the order of the document`() {
        let text = Specs.spec(
            metadata: "  finalizers: []",
            pod: "  hostPID: true",
            container: "      image2: x\n      tty: 1\n      args: x"
        )
        #expect(Specs.problems(text).map { $0.line ?? 0 } == Specs.problems(text).map { $0.line ?? 0 }.sorted())
        #expect(Specs.problems(text).count == 5)
    }

    @Test func `a diagnostic shows the line with a caret under the column`() {
        let text = "kind: Pod\nspec:\n\thostNetwork: true\n"
        let problem = PodSpecProblem(path: "spec.hostNetwork", code: .notAllowed, message: "must not be set", line: 3, column: 2)
        #expect(
            Diagnostics.render([problem], of: text, file: "pod.yaml")
                == "pod.yaml:3:2: error: spec.hostNetwork: must not be set\n    \thostNetwork: true\n    \t^\n"
        )
    }

    @Test func `a diagnostic of a long line shows what is around the column`() {
        let text = String(repeating: "a", count: 500) + "X" + String(repeating: "b", count: 500)
        let problem = PodSpecProblem(path: "", code: .syntax, message: "m", line: 1, column: 501)
        let lines = Diagnostics.render([problem], of: text, file: "f").split(separator: "\n")
        #expect(lines.count == 3)
        #expect(lines[1].count < 180)
        #expect(lines[1].hasSuffix("b…"))
        #expect(lines[1].firstIndex(of: "X").map { lines[1].distance(from: lines[1].startIndex, to: $0) } == lines[2].count - 1)
    }

    @Test(arguments: [Int.min, -1, 0, 1, 2, 3, Int.max], [Int.min, -1, 0, 1, 5, Int.max])
    func `a place that is not in the text is no trap`(line: Int, column: Int) {
        let problem = PodSpecProblem(path: "p", code: .syntax, message: "m", line: line, column: column)
        for text in ["", "a\nb", "\r\n\r", "\u{301}"] {
            #expect(Diagnostics.render([problem], of: text, file: "f").contains(": error: p: m\n"))
        }
    }

    @Test(arguments: ["\n", "\r\n", "\r"])
    func `lines end as in YAML`(end: String) throws {
        let text = ["apiVersion: v1", "kind: Pod", "spec: {a: \u{B}}", ""].joined(separator: end)
        let problem = try #require(Specs.problems(text).first)
        #expect([problem.line, problem.column] == [3, 11])
        #expect(Diagnostics.render([problem], of: text, file: "f").contains("    spec: {a: \u{FFFD}}\n              ^\n"))
        let later = ["apiVersion: v1", "kind: Pod", "spec: {a: &b c}", ""].joined(separator: end)
        #expect(Specs.problems(later).map { [$0.line, $0.column] } == [[3, 11]])
    }

    @Test func `a diagnostic counts columns as the parser does, and shows nothing that moves a terminal's cursor`() {
        let text = "a: e\u{301}\u{1B}X"
        let problem = PodSpecProblem(path: "", code: .syntax, message: "m", line: 1, column: 7)
        #expect(Diagnostics.render([problem], of: text, file: "f") == "f:1:7: error: m\n    a: e\u{301}\u{FFFD}X\n          ^\n")
    }
}
