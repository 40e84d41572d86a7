import Foundation
import NIOCore
import NIOHTTP1
import TestBasics
import Testing

@testable import KubernetesClient

/// Whatever comes from outside is read or refused: it never ends the process.
@Suite struct OddDocumentsTests {
    private static let seeds = UInt64(1)...8
    private let now = ContinuousClock.now

    /// - Returns: nil when it is refused as it should be.
    private func decoded<T: Decodable>(_ type: T.Type, _ text: String) throws -> T? {
        do { return try JSONDecoder.kubernetes.decode(T.self, from: Data(text.utf8)) } catch is DecodingError { return nil }
    }

    private func check<T: KubernetesObject & Equatable>(_ type: T.Type, _ shape: Shape, _ documents: inout OddDocuments) throws -> Bool {
        let text = documents.document(shape)
        if let object = try decoded(T.self, text) {
            _ = try JSONEncoder.kubernetes.encode(object)
            return true
        }
        return false
    }

    private func checkStream<T: KubernetesObject>(_ type: T.Type, _ shape: Shape, _ documents: inout OddDocuments) throws {
        let line = documents.document(.event(documents.chance(10) ? .status : shape))
        let bytes = documents.chance(20) ? documents.damaged(line) : Array(line.utf8)
        do {
            var machine = WatchMachine()
            _ = machine.handle(.listed(version: "50"), now: now)
            let version = try WatchEvent<T>.parse(ByteBuffer(bytes: bytes)).version()
            _ = machine.handle(.advanced(version: version), now: now)
        } catch let error as KubernetesError {
            check(error)
        }
        if let page = try decoded(ListPage<T>.self, documents.document(.list(of: shape))) {
            var list = ObjectList<T>()
            list.add(page) { $0 }
            let store = ObjectStore<T> { _ in }
            store.replaceAll(with: list.items)
        }
    }

    /// What is done with a failure.
    private func check(_ error: KubernetesError) {
        _ = Retry.delay(after: error, method: .GET, attempt: 3, random: 0.9)
        var machine = WatchMachine()
        _ = machine.handle(.failed(retryAfterSeconds: error.retryAfterSeconds), now: now)
        _ = error.description
    }

    private func checkLease(_ documents: inout OddDocuments) throws {
        guard let lease = try decoded(Lease.self, documents.document(.lease)) else { return }
        let time = MicroTime(Date(timeIntervalSince1970: 1_800_000_000))
        var election = LeaderElection(identity: "me", timing: LeaderElectionTiming())
        for seconds in [0, 5, 100_000] {
            let step = election.decide(on: lease, now: now + .seconds(seconds), time: time)
            guard case .replace(let written) = step else { continue }
            _ = try JSONEncoder.kubernetes.encode(written)
            #expect(written.spec.leaseTransitions ?? 0 <= Int(Int32.max) || written.spec.leaseTransitions == lease.spec.leaseTransitions)
            election.wrote(written, sentAt: now, now: now)
            if case .replace(let renewed) = election.renewal(time: time) { _ = try JSONEncoder.kubernetes.encode(renewed) }
        }
        if let released = election.released(lease, time: time) { _ = try JSONEncoder.kubernetes.encode(released) }
    }

    /// Eight times 13,500 documents.
    @Test(.timeLimit(.minutes(3)), arguments: seeds)
    func `an odd answer of the API server is read or refused`(seed: UInt64) throws {
        var documents = OddDocuments(seed: seed, oddity: Int(seed % 3), missing: 5)
        var read = 0
        for _ in 0..<900 {
            let results = [
                try check(Pod.self, .pod, &documents), try check(Node.self, .node, &documents),
                try check(Service.self, .service, &documents),
                try check(Namespace.self, .namespace, &documents), try check(Lease.self, .lease, &documents),
                try check(RuntimeClass.self, .runtimeClass, &documents),
            ]
            read += results.count(where: { $0 })
            try checkStream(Pod.self, .pod, &documents)
            try checkStream(Node.self, .node, &documents)
            try checkStream(Service.self, .service, &documents)
            try checkStream(Namespace.self, .namespace, &documents)
            try checkLease(&documents)
            if let status = try decoded(Status.self, documents.document(.status)) {
                check(KubernetesError(.status, "m", code: status.code, status: status))
            }
        }
        #expect(read > 100, "of 4500 some can be read, so that more than the reading is tried")
    }

    @Test(.timeLimit(.minutes(3)), arguments: seeds)
    func `an odd kubeconfig is read or refused`(seed: UInt64) throws {
        var documents = OddDocuments(seed: seed, oddity: 1, missing: 2)
        var read = 0
        for _ in 0..<1000 {
            var text = documents.document(.kubeconfig)
            if documents.chance(20) { text = String(decoding: documents.damaged(text), as: UTF8.self) }
            do {
                let configuration = try KubernetesConfiguration.kubeconfig(text: text, directory: "/nowhere", context: nil)
                read += 1
                _ = try configuration.loadingFiles().tlsConfiguration()
                if case .exec(let plugin) = configuration.credentials { _ = try plugin.info() }
            } catch is KubernetesError { /* refused */  }
        }
        #expect(read > 10)
    }

    @Test func `an odd kubeconfig is refused with the name of its file`() async throws {
        try await withTemporaryFolder { folder in
            var documents = OddDocuments(seed: 1)
            let path = folder + "/config"
            for _ in 0..<200 {
                try Data(documents.damaged(documents.document(.kubeconfig))).write(to: URL(filePath: path))
                do { _ = try KubernetesConfiguration.load(environment: ["KUBECONFIG": path]) } catch let error as KubernetesError {
                    #expect(error.message.hasPrefix("kubeconfig \(path)"))
                }
            }
        }
    }

    @Test(arguments: ["[", "{\"a\":", "- ", "a: [", "&a [*a,", "? ", "!!map {"])
    func `nothing is nested too deep`(opening: String) throws {
        let text = String(repeating: opening, count: 20_000)
        #expect(throws: KubernetesError.self) { try KubernetesConfiguration.kubeconfig(text: text, directory: "/", context: nil) }
        #expect(try decoded(Pod.self, #"{"metadata":{},"unknown":"# + text) == nil)
        #expect(throws: KubernetesError.self) { try WatchEvent<Pod>.parse(ByteBuffer(string: text)) }
    }

    @Test(arguments: seeds)
    func `lines come out as they went in, in whatever pieces`(seed: UInt64) throws {
        var documents = OddDocuments(seed: seed)
        for _ in 0..<50 {
            let lines = (0..<5).map { _ in documents.damaged(documents.document(.status)).filter { $0 != UInt8(ascii: "\n") } }
            var rest = ArraySlice(lines.joined(separator: [UInt8(ascii: "\n")])) + [UInt8(ascii: "\n")]
            var framer = LineFramer()
            var found: [[UInt8]] = []
            while !rest.isEmpty {
                let length = documents.pick([1, 2, 7, 64, 4096])
                framer.append(ByteBuffer(bytes: rest.prefix(length)))
                rest = rest.dropFirst(length)
                while let line = try framer.next() { found.append(Array(line.readableBytesView)) }
            }
            #expect(found == lines.filter { !$0.isEmpty })
        }
    }
}
