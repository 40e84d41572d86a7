import NIOCore
import Testing

@testable import KubernetesClient

@Suite struct LineFramerTests {
    private func lines(_ chunks: [String], maximumLength: Int = 100) throws -> [String] {
        var framer = LineFramer(maximumLength: maximumLength)
        var lines: [String] = []
        for chunk in chunks {
            framer.append(ByteBuffer(string: chunk))
            while let line = try framer.next() { lines.append(String(buffer: line)) }
        }
        return lines
    }

    /// Every way to cut a text into pieces.
    private static func splits(_ text: String) -> [[String]] {
        let bytes = Array(text.utf8)
        return (0..<(1 << (bytes.count - 1))).map { cuts in
            var pieces: [[UInt8]] = [[]]
            for (index, byte) in bytes.enumerated() {
                pieces[pieces.count - 1].append(byte)
                if index < bytes.count - 1, cuts >> index & 1 == 1 { pieces.append([]) }
            }
            return pieces.map { String(decoding: $0, as: UTF8.self) }
        }
    }

    @Test func `the lines are the same however the stream is cut`() throws {
        for chunks in Self.splits("ab\n\nc\n\ndef\ng") {
            #expect(try lines(chunks) == ["ab", "c", "def"])
        }
    }

    @Test func `characters of several bytes may be cut in two`() throws {
        var framer = LineFramer()
        var found: [String] = []
        for byte in "ä€😀\né\n".utf8 {
            framer.append(ByteBuffer(bytes: [byte]))
            while let line = try framer.next() { found.append(String(buffer: line)) }
        }
        #expect(found == ["ä€😀", "é"])
    }

    @Test func `what follows the last newline is kept until its own comes`() throws {
        #expect(try lines(["a"]) == [])
        #expect(try lines(["a", "", "b\nc"]) == ["ab"])
        #expect(try lines(["\n", "\n\n"]) == [])
    }

    @Test(arguments: [[], ["x"], ["\n"], ["ok\n"]])
    func `a line may be as long as allowed and no longer, whether or not its end has come`(before: [String]) throws {
        let fits = String(repeating: "a", count: 10)
        let rest = before == ["x"] ? "\n" : ""
        #expect(try lines(before + [rest + fits + "\n"], maximumLength: 10).last == fits)
        let error = KubernetesError(.decoding, "a watch event is longer than 10 bytes")
        #expect(throws: error) { try lines(before + [rest + fits + "a\n"], maximumLength: 10) }
        #expect(throws: error) { try lines(before + [rest + fits + "a"], maximumLength: 10) }
        #expect(throws: error) { try lines(before + [rest + fits, "a"], maximumLength: 10) }
    }

    @Test func `a large event in small pieces is found in time that grows with its size`() throws {
        let size = 4 * 1024 * 1024
        var framer = LineFramer()
        let chunk = ByteBuffer(repeating: UInt8(ascii: "a"), count: 1024)
        let started = ContinuousClock.now
        for _ in 0..<(size / 1024) {
            framer.append(chunk)
            #expect(try framer.next() == nil)
        }
        framer.append(ByteBuffer(string: "\n"))
        #expect(try framer.next()?.readableBytes == size)
        // To search the whole buffer for each piece would be eight thousand million steps.
        #expect(ContinuousClock.now - started < .seconds(20))
    }
}
