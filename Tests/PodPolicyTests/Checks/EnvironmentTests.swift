import Foundation
import TestBasics
import Testing

@testable import PodPolicy

@Suite struct EnvironmentTests {
    private static let spec = Specs.spec(
        pod: "  initContainers: [{name: i, image: x, resources: {limits: {cpu: 1m, memory: 4Mi}}}]",
        container: """
                  env:
                    - {name: URL, value: "http://$(FLAG)"}
                    - {name: FLAG, value: placeholder}
                    - {name: FLAG, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
            """
    )

    private func check(_ environment: [String: String], _ text: String = spec) throws -> CheckedPod {
        try PodPolicy().check(text, ports: [ExposedPort(containerPort: 8080, protocol: .tcp)], isArray: false, environment: environment)
    }

    @Test func `a variable is set in every container, over the same name and before the spec's`() throws {
        let pod = try check(["FLAG": "ctf{x}", "A": "1"])
        let containers = pod.manifest.spec.containers + (pod.manifest.spec.initContainers ?? [])
        #expect(containers.map { $0.env?.map(\.name) } == [["A", "FLAG", "URL"], ["A", "FLAG"]])
        #expect(containers.map { $0.env?.map(\.value) } == [["1", "ctf{x}", "http://$(FLAG)"], ["1", "ctf{x}"]])
        #expect(containers.allSatisfy { $0.env?.allSatisfy { $0.valueFrom == nil } == true })
    }

    @Test func `without an environment the spec's variables stay as they are`() throws {
        let pod = try check([:])
        #expect(pod.manifest.spec.containers[0].env?.map(\.name) == ["URL", "FLAG", "FLAG"])
        #expect(pod.manifest.spec.initContainers?[0].env == nil)
        #expect(pod == (try PodPolicy().check(Self.spec)))
    }

    @Test func `only the API server gets the values`() throws {
        let manifest = try check(["FLAG": "ctf{secret}", "TOKEN": "t0ken"]).manifest
        let sent = try String(decoding: JSONEncoder().encode(manifest), as: UTF8.self)
        #expect(sent.contains("ctf{secret}") && sent.contains("t0ken") && !sent.contains("<hidden>"))
        let shown = try manifest.yaml
        #expect(!shown.contains("secret") && !shown.contains("t0ken") && !shown.contains("placeholder"))
        #expect(shown.components(separatedBy: "name: FLAG\n      value: <hidden>").count == 3)
        #expect(shown.contains("http://$(FLAG)"))
        #expect("\(manifest)" == "Pod stack-0")
        #expect(try Tree(parsing: shown) == Tree(encoding: manifest.hidingEnvironment))
    }

    /// Kubernetes' own rules: third_party/forked/golang/expansion/expand.go.
    private static func expanded(_ text: String, _ variables: [String: String]) -> String {
        let input = Array(text.utf8)
        var output: [UInt8] = []
        var place = 0
        while place < input.count {
            guard input[place] == UInt8(ascii: "$"), place + 1 < input.count else {
                output.append(input[place])
                place += 1
                continue
            }
            switch input[place + 1] {
            case UInt8(ascii: "$"):
                output.append(input[place])
                place += 2
            case UInt8(ascii: "("):
                if let end = input[place...].firstIndex(of: UInt8(ascii: ")")) {
                    let name = String(decoding: input[(place + 2)..<end], as: UTF8.self)
                    output += Array((variables[name] ?? "$(\(name))").utf8)
                    place = end + 1
                } else {
                    output += Array("$(".utf8)
                    place += 2
                }
            default:
                // Go makes a character of the one byte, and so breaks one of several bytes.
                output += Array("$".utf8) + Array(String(Unicode.Scalar(input[place + 1])).utf8)
                place += 2
            }
        }
        return String(decoding: output, as: UTF8.self)
    }

    @Test(arguments: [
        "$(FLAG)", "$", "$$", "$$$", "$(", "$(A", "a$(A)b$(", "$é", "$\u{301}", "$$(A)", "ctf{$(A)$A}", "", "$(A)$$(A)$", "ünï\n\t\"'",
    ])
    func `a value reaches the container as it was given`(value: String) throws {
        let env = try #require(try check(["FLAG": value]).manifest.spec.containers[0].env)
        let given = try #require(env.first { $0.name == "FLAG" }?.value)
        #expect(Self.expanded(given, ["A": "expanded", "FLAG": "itself"]).unicodeScalars.elementsEqual(value.unicodeScalars))
    }

    @Test func `generated values reach the container as they were given`() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var generator = SeededGenerator(seed: seed)
        let parts = ["$", "$$", "(", ")", "A", "$(A)", "é", "\u{301}", "{", " ", "\n"]
        for _ in 0..<500 {
            let value = (0..<Int.random(in: 0...12, using: &generator)).compactMap { _ in parts.randomElement(using: &generator) }.joined()
            let sent = PodEnvironment.literal(value)
            #expect(
                Self.expanded(sent, ["A": "x"]).unicodeScalars.elementsEqual(value.unicodeScalars),
                "seed \(seed): \(value.debugDescription)"
            )
        }
    }

    @Test(arguments: ["A", "_", "flag_1", "_1", "PATH"])
    func `letters, digits and underscores make a name`(name: String) { #expect(PodEnvironment.isName(name)) }

    @Test(arguments: ["", "1A", "A-B", "A.B", "A B", "Ä", "A=", "A\u{301}", "$"])
    func `anything else makes none`(name: String) { #expect(!PodEnvironment.isName(name)) }
}
