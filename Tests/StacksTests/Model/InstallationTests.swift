import Stacks
import TestBasics
import TestSupport
import Testing

@Suite struct InstallationTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var mark: String?
        var hasObjects: Bool
        var hasRecords: Bool
        var verdict: String
        var testDescription: String { "\(mark ?? "none"), objects \(hasObjects), records \(hasRecords)" }
    }

    /// Every case there is.
    static let rows = [
        Row(mark: "store-a", hasObjects: false, hasRecords: false, verdict: "ours"),
        Row(mark: "store-a", hasObjects: false, hasRecords: true, verdict: "ours"),
        Row(mark: "store-a", hasObjects: true, hasRecords: false, verdict: "ours"),
        Row(mark: "store-a", hasObjects: true, hasRecords: true, verdict: "ours"),
        Row(mark: "store-b", hasObjects: false, hasRecords: false, verdict: "foreign"),
        Row(mark: "store-b", hasObjects: false, hasRecords: true, verdict: "foreign"),
        Row(mark: "store-b", hasObjects: true, hasRecords: false, verdict: "foreign"),
        Row(mark: "store-b", hasObjects: true, hasRecords: true, verdict: "foreign"),
        Row(mark: nil, hasObjects: false, hasRecords: false, verdict: "free"),
        Row(mark: nil, hasObjects: false, hasRecords: true, verdict: "free"),
        Row(mark: nil, hasObjects: true, hasRecords: false, verdict: "foreign"),
        Row(mark: nil, hasObjects: true, hasRecords: true, verdict: "free"),
    ]

    @Test(arguments: rows)
    func `a namespace is the store's, nobody's or somebody else's`(row: Row) {
        let installation = Installation(
            namespace: "stacks",
            store: "store-a",
            mark: row.mark,
            hasObjects: row.hasObjects,
            hasRecords: row.hasRecords
        )
        switch installation.verdict {
        case .ours: #expect(row.verdict == "ours")
        case .free: #expect(row.verdict == "free")
        case .foreign(let reason):
            #expect(row.verdict == "foreign")
            #expect(reason.contains("namespace stacks") && reason.contains("store-a") && reason.contains(row.mark ?? "no installation"))
        }
    }

    @Test func `while nothing may be created no place is taken, and while nothing may be removed no delete is begun`() async throws {
        try await withSQLiteStore { base in
            let store = ScriptedStore(base)
            let cluster = FakeCluster()
            let id = try await withStackBench(cluster: cluster, store: store) { try await $0.create().record.id }
            var options = StackBench.Options()
            options.mayCreate = { throw StackError(.installationMismatch, "not yours") }
            try await withStackBench(cluster: cluster, store: store, options) { bench in
                let reserved = store.script.value.begun[.reserve]
                let code = try await errorCode { try await bench.create(user: 2) }
                #expect(code == .installationMismatch)
                #expect(store.script.value.begun[.reserve] == reserved)
            }
            options.mayDelete = options.mayCreate
            try await withStackBench(cluster: cluster, store: store, options) { bench in
                let code = try await errorCode { try await bench.delete(id) }
                #expect(code == .installationMismatch)
                #expect(cluster.state.value.pods[id] != nil)
                let record = try await bench.store.record(id)
                #expect(record?.state == .active)
            }
            options.mayDelete = {}
            try await withStackBench(cluster: cluster, store: store, options) { bench in
                try await bench.delete(id)
                #expect(cluster.state.value.pods.isEmpty)
            }
        }
    }
}
