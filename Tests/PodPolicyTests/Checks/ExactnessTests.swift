import Testing

@testable import PodPolicy

/// What looks like one thing and is another: Unicode that compares equal, paths that resolve elsewhere, text that two readers of YAML
/// take for different values.
@Suite struct ExactnessTests {
    private static let volume = "  volumes: [{name: v, emptyDir: {}}]"

    private func problems(mount: String) -> [String] {
        Specs.problems(Specs.spec(pod: Self.volume, container: "      volumeMounts: [{name: v, \(mount)}]")).map(\.path)
    }

    @Test(arguments: [
        "/proc", "/proc/", "/proc/self", "//proc", "/./proc", "/.//./proc/x", "/sys/fs/cgroup", "/dev", "/dev/null", "/dev/shmx", "/", "//",
        "/.", "relative", "",
        "/a/../proc", "/..", "/a:b", "/a\\nb", "/a\\u0000", "/proc/\\u0301", "/../\\u0301x", "/a:\\u0301b", "\\u0301/a",
        "/\(String(repeating: "a", count: 1024))",
    ])
    func `mount paths that are not allowed`(path: String) {
        #expect(problems(mount: "mountPath: \"\(path)\"") == ["spec.containers[0].volumeMounts[0].mountPath"])
    }

    @Test(arguments: [
        "/data", "/srv/app data", "/process", "/system", "/developer", "/dev/shm", "/dev/shm/x", "/home/user/.cache", "/daten/é",
        "/a/.../b",
    ])
    func `mount paths that are allowed`(path: String) {
        #expect(problems(mount: "mountPath: \"\(path)\"") == [])
    }

    @Test(arguments: ["../a", "a/../b", "a/..", "..", "/a", "../\\u0301x", "", "a\\nb", "./../a"])
    func `paths that leave the volume are refused`(path: String) {
        #expect(problems(mount: "mountPath: /a, subPath: \"\(path)\"") == ["spec.containers[0].volumeMounts[0].subPath"])
    }

    @Test(arguments: ["a", "a/b", ".a", "..a", "a..", "./a", "..."])
    func `paths within the volume are allowed`(path: String) {
        #expect(problems(mount: "mountPath: /a, subPath: \"\(path)\"") == [])
    }

    @Test(arguments: [("/a", "/a"), ("/a", "/a/"), ("/a", "//a"), ("/a/b", "/a/./b")])
    func `one place cannot be mounted twice`(first: String, second: String) {
        let mounts = "      volumeMounts: [{name: v, mountPath: \(first)}, {name: v, mountPath: \(second)}]"
        #expect(
            Specs.problems(Specs.spec(pod: Self.volume, container: mounts)).map(\.path) == ["spec.containers[0].volumeMounts[1].mountPath"]
        )
    }

    @Test(arguments: ["/proc/self/fd/8", "/proc/self/fd/7/../../../etc", "/./proc/1/cwd", "//dev/fd/7", "/sys", "/proc", "a", "/a/../../b"])
    func `a container cannot start where a runtime may have left a door open`(path: String) {
        #expect(Specs.problems(Specs.spec(container: "      workingDir: \(path)")).map(\.path) == ["spec.containers[0].workingDir"])
    }

    @Test(arguments: ["/", "/app", "/srv/www/", "/process"])
    func `a container can start anywhere else`(path: String) {
        #expect(Specs.problems(Specs.spec(container: "      workingDir: \(path)")) == [])
    }

    /// U+212A, the sign of the unit kelvin, equals K in Swift, and its lower case is k.
    @Test func `characters that compare equal to ASCII are not ASCII`() {
        #expect(!ImageReference.isValid("\u{212A}ube.example.com/x"))
        #expect(!Grammar.isLabelKey("\u{212A}ey"))
        #expect(!Grammar.isDNSLabel("\u{FF41}"))
        #expect(!Grammar.isEnvironmentName("A\u{301}"))
        #expect(Quantity("64\u{212A}i") == nil)
    }

    @Test(arguments: [
        String(repeating: "a", count: 64), "sha256:" + String(repeating: "0", count: 64), "x.y:+80/z", "x.y:-1/z", "x.y:0/z", "x.y:/z",
        "x@sha256:", "@x", "x@",
        "x:tag@sha256:\(String(repeating: "A", count: 64))", "x y", "x\u{0}", "docker://x", "x/../y", "x/./y",
    ])
    func `invalid image references are rejected`(image: String) {
        #expect(!ImageReference.isValid(image))
    }

    @Test(arguments: [
        ("010", 8000), ("\"010\"", 10_000), ("0100m", 100), ("0b11", 3000), ("1_5", 15_000), (".1_5", 150), ("1e0", 1000), ("08", 8000),
    ])
    func `a quantity is the number that Kubernetes reads`(text: String, milli: Int64) throws {
        var settings = PodPolicySettings()
        settings.maximumCPUMilli = 15_000
        #expect(try PodPolicy(settings: settings).check(Specs.minimal.replacing("100m", with: text)).requestedCPUMilli == milli)
    }

    @Test(arguments: ["true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON", "y", "Y"])
    func `booleans are those of Kubernetes' parser`(text: String) throws {
        #expect(try PodPolicy().check(Specs.spec(container: "      tty: \(text)")).manifest.spec.containers[0].tty == true)
        #expect(Specs.problems(Specs.spec(container: "      tty: \"\(text)\"")).map(\.code) == ["wrong_type"])
    }

    @Test(arguments: ["1", "tRue", "yEs", "\"\"", "[]", "t"])
    func `nothing else is a boolean`(text: String) {
        #expect(Specs.problems(Specs.spec(container: "      tty: \(text)")).map(\.code) == ["wrong_type"])
    }

    @Test(arguments: ["8080", "0x1F90", "0o17620", "017620", "0b1111110010000", "8_080", "+8080"])
    func `a port is the integer that Kubernetes reads`(text: String) throws {
        #expect(try PodPolicy().check(Specs.minimal.replacing("8080", with: text), targetPort: 8080).port.containerPort == 8080)
    }

    @Test(arguments: [
        "1e1", "80.0", "080", ".80", "99999999999999999999999", "-1", "0", "65536", "NaN", "\"80\"", "[80]", "9223372036854775807",
        "9223372036854775808", "-9223372036854775808", "-9223372036854775809", "18446744073709551615", "18446744073709551616",
    ])
    func `nothing but an integer within the range is a port`(text: String) {
        let problems = Specs.problems(Specs.minimal.replacing("containerPort: 8080", with: "containerPort: \(text)"))
        #expect(problems.map(\.path) == ["spec.containers[0].ports[0].containerPort"])
    }

    @Test(arguments: ["\u{85}", "\u{2028}", "\u{2029}", "\u{FEFF}"])
    func `characters that versions of YAML take for different things are refused, but not their escapes`(character: String) throws {
        let problem = try #require(Specs.problems(Specs.spec(container: "      args: [\"a\(character)b\"]")).first)
        #expect(problem.code == "syntax")
        #expect(problem.line == 13)
        #expect(problem.column == 16)
        let escape =
            "\\u" + String(repeating: "0", count: character == "\u{85}" ? 2 : 0)
            + String(character.unicodeScalars.first?.value ?? 0, radix: 16)
        #expect(
            try PodPolicy().check(Specs.spec(container: "      args: [\"a\(escape)b\"]")).manifest.spec.containers[0].args == [
                "a\(character)b"
            ]
        )
    }

    @Test func `NUL is refused wherever it could end a string early`() {
        for line in ["      args: [\"a\\0b\"]", "      env: [{name: A, value: \"\\x00\"}]", "      workingDir: \"/a\\0\""] {
            #expect(Specs.problems(Specs.spec(container: line)).map(\.code) == ["invalid_value"])
        }
    }

    @Test func `a carriage return cannot end a header`() {
        let probe = "      livenessProbe: {httpGet: {port: 1, httpHeaders: [{name: A, value: \"x\\r\\nB: y\"}]}}"
        #expect(
            Specs.problems(Specs.spec(container: probe)).map(\.path) == ["spec.containers[0].livenessProbe.httpGet.httpHeaders[0].value"]
        )
    }
}
