import Foundation
import Synchronization
import Testing

@testable import PodPolicy

@Suite struct DocumentTests {
    private func code(_ text: String) -> String? { Specs.problems(text).first?.code }

    /// The machine may be busy with something else once, hardly each time.
    private func shortest(_ body: () -> Void) -> Duration {
        (1..<5).reduce(ContinuousClock().measure(body)) { shortest, _ in min(shortest, ContinuousClock().measure(body)) }
    }

    @Test func `a billion laughs are refused before they cost anything`() {
        var text = "a0: &a0 [lol, lol]\n"
        for level in 1..<30 { text += "a\(level): &a\(level) [*a\(level - 1), *a\(level - 1)]\n" }
        for key in ["? *a29\n: x\n", "b: *a29\n", "*a29 : x\n"] {
            let elapsed = shortest { #expect(code(text + key) == "alias_not_allowed") }
            #expect(elapsed < .milliseconds(50))
        }
    }

    @Test func `shadowed anchors do not grow either`() {
        var text = "a: &a [lol, lol]\n"
        for level in 0..<30 { text += "a\(level): &a [*a, *a]\n" }
        #expect(code(text + "? *a\n: x\n") == "alias_not_allowed")
    }

    @Test func `keys within keys are refused before they cost anything`() {
        let nested = { (head: String, tail: String, depth: Int) in
            String(repeating: head, count: depth) + "x" + String(repeating: tail, count: depth)
        }
        let group = nested("{? ", "}", 200)
        for text in [
            nested("? ", "", 900), nested("{? ", "}", 490), "[\(Array(repeating: group, count: 75).joined(separator: ", "))]",
            nested("[", "]: x", 200),
        ] {
            let elapsed = shortest { #expect(code(text) == "syntax") }
            #expect(elapsed < .milliseconds(50))
        }
        #expect(code("? [a]\n: b\n") == "syntax")
        #expect(code("[a]: b\n") == "syntax")
    }

    /// Whatever the parser has to keep in mind, a check takes time in proportion to the text.
    @Test(arguments: [
        "a: &a b\n", "- *a\n", "? ", "- ", "[", "{", "[a]: ", "a: b\n", "%TAG !a! b\n", "'a\n\n", "# a\n", "x: |\n\n", "\"\\ud83d\\ude00",
        "[a, ",
        "{a: ", "--- a\n", "---\n", "...\n", "!a ", "&a ", "- [a, b]: c\n", "a ? b : c ", "\t", "\r", "\\", "é", "<<: a\n", ", ",
        "[[a]: [b]]: ",
    ])
    func `no text takes long`(fragment: String) {
        let text = String(repeating: fragment, count: PodPolicy.maximumSize / fragment.utf8.count)
        let elapsed = shortest { #expect(!Specs.problems("{a: [" + text.dropLast(10)).isEmpty) }
        #expect(elapsed < .milliseconds(250))
        let plain = shortest { #expect(!Specs.problems(text).isEmpty) }
        #expect(plain < .milliseconds(250))
    }

    @Test(arguments: [
        ("a: 1\nb: {c: *d}\n", "alias_not_allowed", 2, 8), ("a: 1\nb: {c: &d e}\n", "alias_not_allowed", 2, 8),
        ("a:\n  - x\n  - &d\n    e: f\n", "alias_not_allowed", 3, 5), ("é: !!str x\n", "tag_not_allowed", 1, 4),
        ("a: é\nb: ! x\n", "tag_not_allowed", 2, 4), ("a: 1\n? [b]\n: c\n", "syntax", 2, 3), ("a: 1\n[b]: c\n", "syntax", 2, 1),
        ("a: {b: 1}\n? {c: d}\n: e\n", "syntax", 2, 3), ("a: 1\nb: 2\n'a': 3\n", "duplicate_key", 3, 1),
        ("a: 1\n<<: {b: c}\n", "alias_not_allowed", 2, 1), ("a: 1\n--- \nb: 2\n", "multiple_documents", 2, 1),
        ("a: 1\n---\n# nothing\n---\nb\n", "multiple_documents", 4, 1), ("a: 1\n...\n---\nb: 2\n", "multiple_documents", 3, 1),
        ("a: \(String(repeating: "[", count: 40))", "too_deep", 1, 35),
    ])
    func `what is refused of YAML is refused at its place`(text: String, code: String, line: Int, column: Int) throws {
        let problem = try #require(Specs.problems(text).first)
        #expect(problem.code == code)
        #expect([problem.line, problem.column] == [line, column])
    }

    @Test(arguments: [
        ("", "\n---\n"), ("---\n# first\n---\n", ""), ("---\n---\n---\n", "\n...\n---\n---\n# last\n"), ("null\n---\n", "\n---\n~\n"),
        ("\n\n", "\n---\n...\n"),
    ])
    func `empty documents beside the one are none`(before: String, after: String) {
        #expect(Specs.problems(before + Specs.minimal + after) == [])
        #expect(code(before + after) == "required")
    }

    @Test func `what is wrong in a later document is told too`() {
        #expect(code(Specs.minimal + "\n---\n[") == "multiple_documents")
        #expect(code(Specs.minimal + "\n---\n'") == "syntax")
        #expect(code(Specs.minimal + "\n---\n&a\n") == "alias_not_allowed")
    }

    @Test func `conditions and slices in programs are no keys`() {
        let program = """
                  args:
                    - |
                      for x in [1, 2]: print({"a": 1}[x]) if x else None
                      test $? = 0 && echo ok? no; a = b ? c : d; curl /x?y=z
            """
        #expect(
            Specs.problems(
                Specs.spec(
                    container: String(repeating: "\n", count: 3) + program
                        + String(repeating: "\n          x = y[1]: a ? b : c", count: 100)
                )
            ) == []
        )
    }

    @Test(arguments: [
        "x: &m {name: x}\n", "x: {name: &n x}\n", "a: &a 1\nb: *a\n", "&k x: Pod\n", "<<: {kind: Pod}\n", "b: *missing\n", "x: [&a , b]\n",
        "? &a x\n: y\n",
        "x:\n  - &a\n    b: c\n", "x: &a !!str y\n", "x: &a\n", "x: {<<: {a: b}}\n",
    ])
    func `anchors, aliases and merge keys are refused`(line: String) {
        #expect(code(line + Specs.minimal) == "alias_not_allowed")
    }

    @Test func `an anchor of the whole document is refused`() {
        #expect(code("--- &a\n" + Specs.minimal) == "alias_not_allowed")
        #expect(code("--- !!map\n" + Specs.minimal) == "tag_not_allowed")
    }

    @Test(arguments: [
        "extra: !!str x\n", "extra: !custom x\n", "extra: ! x\n", "extra: !!map {}\n", "extra: !!seq []\n", "!!str extra: x\n",
        "extra: !!str \"x\"\n", "extra: ! \"x\"\n", "extra: !\n", "! extra: x\n", "é: é\nextra: ! |\n  x\n", "extra: ! [x]\n",
        "extra: {a: é, b: ! x}\n", "%TAG ! tag:x,2000:\n---\nextra: !a x\n",
    ])
    func `tags are refused`(line: String) {
        #expect(code(line + Specs.minimal) == "tag_not_allowed")
    }

    @Test func `an exclamation mark in a string is no tag`() {
        #expect(Specs.problems(Specs.spec(container: #"      args: ["!x", 'a !b', "c!"]"#)) == [])
    }

    @Test func `C code and shell in strings are no aliases`() {
        let program = """
                  args:
                    - |
                      int *p = &n, *q = &m; swap(&p, &q); *p = 1; f(*p, *q, *p); g(&n, &m); *(p) = *p+*q;
                      cmd 2>&1 && x & y; a=1&b=2; ls *.c *p* p*; char *p; **p; "*p"; '&p'
            """
        #expect(Specs.problems(Specs.spec(container: program)) == [])

        let code = "int *p = &p; *p = 1; **p; f(&p, *p, *p, *p); a && b || c; case *) ;; esac"
        #expect(
            Specs.problems(Specs.spec(container: "      args:\n        - |\n          echo\n          && x *p &p\n          *) ;;\n")) == []
        )
        #expect(Specs.problems(Specs.spec(container: "      args: [\"\(code.prefix(30))\"]")) == [])
    }

    @Test(arguments: ["kind: Pod\nkind: Pod\n", "a: {x: 1, x: 2}\n", "a: {1: x, \"1\": y}\n", "a: {b: 1, 'b': 2}\n"])
    func `duplicate keys are refused`(text: String) {
        #expect(code(text) == "duplicate_key")
    }

    @Test func `several documents are refused`() {
        #expect(code(Specs.minimal + "\n---\nkind: Pod\n") == "multiple_documents")
    }

    @Test func `depth is bounded, and far beyond the bound nothing breaks`() {
        #expect(code(String(repeating: "[", count: 33) + String(repeating: "]", count: 33)) == "too_deep")
        #expect(code(String(repeating: "[", count: 900) + String(repeating: "]", count: 900)) == "too_deep")
        #expect(code(String(repeating: "[", count: 60_000)) == "too_deep")
        #expect(code(String(repeating: "- ", count: 30_000)) == "too_deep")
        #expect(code(String(repeating: "{a: ", count: 15_000)) == "too_deep")
        #expect(code((0..<300).map { String(repeating: " ", count: $0) + "a:\n" }.joined()) == "too_deep")
        #expect(code(String(repeating: "[", count: 32) + String(repeating: "]", count: 32)) == "wrong_type")
    }

    /// Threads of a service may have little more; what overflowed it would end the process.
    @Test func `the deepest texts need no large stack`() {
        let texts = ["[", "- ", "{a: ", "? ", "[{a: "].map { String(repeating: $0, count: 1000) }
        let codes = Mutex<[String?]>([])
        let done = DispatchSemaphore(value: 0)
        let thread = Thread {
            for text in texts { codes.withLock { $0.append(code(text)) } }
            done.signal()
        }
        thread.stackSize = 512 << 10
        thread.start()
        done.wait()
        #expect(codes.withLock { $0 } == ["too_deep", "too_deep", "too_deep", "syntax", "too_deep"])
    }

    @Test func `size is bounded`() {
        #expect(code(String(repeating: "#", count: 64 * 1024 + 1)) == "too_large")
        #expect(Specs.problems(Specs.minimal + "\n#" + String(repeating: "x", count: 60_000)) == [])
    }

    @Test(arguments: ["", "   ", "# only a comment", "null", "[]", "x", "a: b: c", "\t", "\u{0}", "{", "'", "a: \u{1}"])
    func `what is no Pod is refused with a problem`(text: String) {
        #expect(!Specs.problems(text).isEmpty)
    }

    @Test func `JSON is read as well`() {
        let json = """
            {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "x"}, "spec": {"containers": [{"name": "web", "image": "nginx",
            \t"ports": [{"containerPort": 8080}], "env": [{"name": "A", "value": "a\\nb \\u00e9"}],
            "resources": {"limits": {"cpu": 1, "memory": "64Mi"}}}]}}
            """
        #expect(Specs.problems(json) == [])
    }

    @Test func `JSON as programs write it is read`() throws {
        let compact =
            #"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"x","labels":{"a":"1"}},"spec":{"containers":[{"name":"web","tty":true,"#
            + #""image":"r.io\/nginx","ports":[{"containerPort":8080}],"env":[{"name":"FLAG","value":"\ud83d\udea9 \\ud83d \"q\""}],"#
            + #""resources":{"limits":{"cpu":0.5,"memory":"64Mi"}}}]}}"#
        let manifest = try PodPolicy().check(compact).manifest
        #expect(manifest.spec.containers[0].image == "r.io/nginx")
        #expect(manifest.spec.containers[0].env?[0].value == #"🚩 \ud83d "q""#)
    }

    @Test(arguments: [
        (#"{"a": "\ud83d\udea9"}"#, #"{"a": "\U0001f6a9"}"#),
        (#"{"a": "x\uD83D\uDEA9y\uDBFF\uDFFF"}"#, #"{"a": "x\U0001f6a9y\U0010ffff"}"#),
        (#"{"a": "\\ud83d\udea9"}"#, #"{"a": "\\ud83d\udea9"}"#), (#"{"a": "\ud83d"}"#, #"{"a": "\ud83d"}"#),
        (#"{"a": "\udea9\ud83d"}"#, #"{"a": "\udea9\ud83d"}"#),
        (#"{a: '\ud83d\udea9'}"#, #"{a: '\ud83d\udea9'}"#), (#"a: "\ud83d\udea9""#, #"a: "\ud83d\udea9""#), (#"{"a": "\"#, #"{"a": "\"#),
    ])
    func `surrogate pairs of JSON become one escape, and nothing else changes`(json: String, expected: String) {
        #expect(JSONEscapes.joiningSurrogates(json) == expected)
    }

    @Test func `line ends of Windows, and a byte order mark at the start, change nothing`() throws {
        let text = Specs.spec(container: "      args:\n        - |\n          a\n          b")
        let plain = try PodPolicy().check(text)
        #expect(try PodPolicy().check(text.replacing("\n", with: "\r\n")) == plain)
        #expect(try PodPolicy().check("\u{FEFF}" + text) == plain)
        #expect(try PodPolicy().check("%YAML 1.2\n---\n" + text + "\n...\n") == plain)
    }

    @Test func `a tab that indents is an error with its place`() throws {
        let problem = try #require(Specs.problems("apiVersion: v1\nspec:\n\thostNetwork: true\n").first)
        #expect(problem.code == "syntax")
        #expect(problem.line == 3)
    }

    @Test func `a control character is an error with its place`() throws {
        let problem = try #require(Specs.problems("apiVersion: v1\nkind: é\u{1}\n").first)
        #expect(problem.line == 2)
        #expect(problem.column == 8)
    }

    @Test func `problems carry line and column`() throws {
        let problem = try #require(
            Specs.problems("apiVersion: v1\nkind: Pod\nspec:\n  hostNetwork: true\n  containers: []\n").first {
                $0.path == "spec.hostNetwork"
            }
        )
        #expect(problem.line == 4)
        #expect(problem.column == 3)
    }
}
