import Testing

@testable import ProvisionerCommands

@Suite struct EnvironmentReaderTests {
    @Test(arguments: [
        ("role=stack", ["role": "stack"]), ("role=stack,zone=a", ["role": "stack", "zone": "a"]),
        (" role=stack , zone=a ", ["role": "stack", "zone": "a"]), ("role=", ["role": ""]),
        ("node-role.kubernetes.io/ctf=true", ["node-role.kubernetes.io/ctf": "true"]), ("A_b.c-D=X_y.z-0", ["A_b.c-D": "X_y.z-0"]),
        ("a=" + String(repeating: "b", count: 63), ["a": String(repeating: "b", count: 63)]),
    ])
    func `node selectors are labels as Kubernetes knows them`(text: String, expected: [String: String]) {
        var reader = EnvironmentReader(["X": text])
        #expect(reader.labels("X") == expected)
        #expect(reader.mistakes == [])
    }

    @Test(arguments: [
        ("registry", ["registry"]), ("a,b", ["a", "b"]), (" a , b.c ", ["a", "b.c"]),
        (String(repeating: "a", count: 63), [String(repeating: "a", count: 63)]),
    ])
    func `names of objects are DNS subdomains`(text: String, expected: [String]) {
        var reader = EnvironmentReader(["X": text])
        #expect(reader.objectNames("X") == expected)
        #expect(reader.mistakes == [])
    }

    @Test func `every variable asked for is remembered, set or not`() {
        var reader = EnvironmentReader(["A": "1"])
        _ = reader.integer("A", default: 0, in: 0...9)
        _ = reader.bool("B", default: true)
        _ = reader.duration("C", default: .seconds(1), in: .seconds(1) ... .seconds(2))
        _ = reader.cpu("D", in: 1...2)
        _ = reader.memory("E", in: 1...2)
        _ = reader.labels("F")
        #expect(reader.names == ["A", "B", "C", "D", "E", "F"])
        #expect(reader.mistakes == [])
    }

    @Test func `an endless value is told in short`() {
        var reader = EnvironmentReader(["X": String(repeating: "9", count: 10_000)])
        #expect(reader.integer("X", default: 3, in: 1...5) == 3)
        #expect(reader.mistakes.count == 1 && reader.mistakes.allSatisfy { $0.utf8.count < 200 })
    }
}
