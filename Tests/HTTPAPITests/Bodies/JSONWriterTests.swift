import FoundationEssentials
import NIOCore
import PodPolicy
import TestBasics
import TestSupport
import Testing

@testable import HTTPAPI
@testable import Stacks

/// The writer of stacks, compared with the general encoder.
@Suite struct JSONWriterTests {
    /// A value for the general encoder.
    private enum Value: Encodable {
        case null, bool(Bool), number(Int64), string(String), array([Value]), object([String: Value])

        init(_ text: String?) { self = text.map { .string($0) } ?? .null }
        init(_ number: Int64?) { self = number.map { .number($0) } ?? .null }
        init(_ number: Int) { self = number == 0 ? .null : .number(Int64(number)) }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .null: try container.encodeNil()
            case .bool(let value): try container.encode(value)
            case .number(let value): try container.encode(value)
            case .string(let value): try container.encode(value)
            case .array(let values): try container.encode(values)
            case .object(let fields): try container.encode(fields)
            }
        }

        var text: String {
            get throws { String(decoding: try JSONEncoder.api.encode(self), as: UTF8.self) }
        }

        static func ports(_ record: StackRecord) -> Value {
            .array(
                record.ports.map { port in
                    .object([
                        "container_port": Value(port.exposed.containerPort), "protocol": Value(port.exposed.protocol.rawValue),
                        "node_port": Value(port.nodePort),
                    ])
                }
            )
        }

        static func stack(_ stack: Stack) -> [String: Value] {
            let record = stack.record
            return [
                "stack_id": Value(record.id.description), "user_id": Value(record.userID), "problem_id": Value(record.problemID),
                "pod_id": Value(record.id.podName), "namespace": Value(record.namespace), "node_id": Value(record.nodeID),
                "node_public_ip": Value(stack.nodePublicIP), "pod_spec": Value(record.podSpec),
                "target_port": Value(record.port.containerPort), "node_port": Value(record.nodePort), "ports": ports(record),
                "service_name": Value(record.id.serviceName), "egress": Value(record.egress.rawValue),
                "status": Value(stack.status.rawValue), "ready": .bool(stack.isReady), "reason": Value(stack.reason),
                "message": Value(stack.message), "ttl_expires_at": Value(record.expiresAt.rfc3339),
                "created_at": Value(record.createdAt.rfc3339), "updated_at": Value(record.updatedAt.rfc3339),
                "requested_cpu_milli": .number(record.requestedCPUMilli),
                "requested_memory_bytes": .number(record.requestedMemoryBytes),
            ]
        }

        static func status(_ stack: Stack) -> Value {
            let record = stack.record
            return .object([
                "stack_id": Value(record.id.description), "status": Value(stack.status.rawValue), "ready": .bool(stack.isReady),
                "ttl": Value(record.expiresAt.rfc3339), "node_port": Value(record.nodePort),
                "target_port": Value(record.port.containerPort), "ports": ports(record), "node_public_ip": Value(stack.nodePublicIP),
                "reason": Value(stack.reason), "message": Value(stack.message),
            ])
        }
    }

    private static let alphabet: [Character] =
        (0..<0x20).map { Character(Unicode.Scalar($0)) }
        + ["\"", "\\", "/", "\u{7F}", "\u{80}", "ÿ", "é", "\u{2028}", "\u{FEFF}", "😀", "👨‍👩‍👧", "\u{10FFFF}", "e\u{301}", "\r\n"]

    /// Mostly plain text, with anything that JSON has a form of its own for, at any position.
    private static func text(using generator: inout SeededGenerator, longest: Int = 60) -> String {
        let rarity = Int.random(in: 1...40, using: &generator)
        return String(
            (0..<Int.random(in: 0...longest, using: &generator)).map { _ in
                Int.random(in: 0..<rarity, using: &generator) == 0 ? alphabet.randomElement(using: &generator) ?? "x" : "y"
            }
        )
    }

    private static func stack(_ number: Int, using generator: inout SeededGenerator) -> Stack {
        func some<Element>(_ value: Element) -> Element? { Bool.random(using: &generator) ? value : nil }
        func date() -> Date { Date(microseconds: .random(in: StackRecord.times, using: &generator)) }
        var record = StackRecord.sample(
            number,
            user: some(.random(in: 1...(.max), using: &generator)),
            ports: (0..<Int.random(in: 1...4, using: &generator)).map { _ in .random(in: 0...65535, using: &generator) },
            cpu: .random(in: .min...(.max), using: &generator),
            memory: .random(in: .min...(.max), using: &generator)
        )
        (record.createdAt, record.updatedAt, record.expiresAt) = (date(), date(), date())
        record.ports[0].exposed.protocol = Bool.random(using: &generator) ? .tcp : .udp
        record.egress = Egress.allCases.randomElement(using: &generator) ?? .none
        record.nodeID = some(text(using: &generator))
        record.namespace = text(using: &generator)
        // Longer than what is escaped at once.
        record.podSpec = text(using: &generator, longest: Int.random(in: 0..<20, using: &generator) == 0 ? 20_000 : 300)
        return Stack(
            record: record,
            status: StackStatus.allCases.randomElement(using: &generator) ?? .creating,
            reason: some(text(using: &generator)),
            message: some(text(using: &generator)),
            nodePublicIP: some(text(using: &generator)),
            isReady: Bool.random(using: &generator)
        )
    }

    private static func text(_ body: some JSONWritable) -> String { String(buffer: JSONWriter.buffer(of: body)) }

    @Test(arguments: [UInt64(1), 2, 3])
    func `any stack is written as the general encoder writes it`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for number in 0..<300 {
            let stack = Self.stack(number, using: &generator)
            let warnings = (0..<(number % 3)).map { _ in
                PodSpecWarning(path: Self.text(using: &generator), message: Self.text(using: &generator))
            }
            var created = Value.stack(stack)
            created["warnings"] = .array(warnings.map { .object(["path": Value($0.path), "message": Value($0.message)]) })
            let outcome = CreateOutcome(stack: stack, isReplay: false, warnings: warnings)
            try #expect(Self.text(StackBody(stack)) == Value.object(Value.stack(stack)).text, "seed \(seed), number \(number)")
            try #expect(Self.text(StatusBody(stack)) == Value.status(stack).text, "seed \(seed), number \(number)")
            try #expect(Self.text(CreatedBody(outcome)) == Value.object(created).text, "seed \(seed), number \(number)")
        }
    }

    @Test(arguments: [0, 1, 2, 500])
    func `a list is written as the general encoder writes it, in pieces that waste no memory`(count: Int) throws {
        var generator = SeededGenerator(seed: 4)
        let stacks = (0..<count).map { Self.stack($0, using: &generator) }
        let list = Value.array(stacks.map { .object(Value.stack($0)) })
        let pieces = Array(JSONWriter.Pieces("stacks", stacks.lazy.map(StackBody.init)))
        try #expect(pieces.map { String(buffer: $0) }.joined() == Value.object(["stacks": list]).text)
        #expect(count < 500 || pieces.count > 5)
        #expect(pieces.allSatisfy { $0.capacity <= 256 * 1024 })
        let next = stacks.last.map { StackCursor($0.record) }
        try #expect(
            Self.text(StackPageBody(page: StackPage(stacks: stacks, next: next)))
                == Value.object(["stacks": list, "next_cursor": Value(next?.text)]).text
        )
        try #expect(
            Self.text(UserStacksBody(userID: .max, stacks: stacks)) == Value.object(["stacks": list, "user_id": .number(.max)]).text
        )
    }

    @Test func `a byte that has to be escaped is, at every position among others`() throws {
        struct Text: JSONWritable {
            var text: String
            func write(to json: inout JSONWriter) { json.object { $0.field("text", text) } }
        }
        for character in Self.alphabet {
            for length in 0..<20 {
                for position in 0...length {
                    var text = String(repeating: "x", count: length)
                    text.insert(character, at: text.index(text.startIndex, offsetBy: position))
                    try #expect(Self.text(Text(text: text)) == Value.object(["text": .string(text)]).text)
                }
            }
        }
    }
}
