import DynamoDB
import Foundation
import KubernetesClient
import Logging

/// Figures of the service, each beside a floor that is measured in the same run on the same cluster. `scripts/bench` starts what this needs.
///
/// Environment: `KUBECONFIG`, `SERVICE_PROGRAM`, the service's settings, `BENCH_FOLDER`; `BENCH_PART`: `hollow`, `real` or `event`, each of which
/// needs another cluster or other settings; `BENCH_JSON`: a file for the rows.
@main struct ServiceBenchmark {
    static func main() async throws {
        let environment = ProcessInfo.processInfo.environment
        guard environment["SERVICE_PROGRAM"] != nil, let folder = environment["BENCH_FOLDER"] else {
            print("error: run scripts/bench, which sets SERVICE_PROGRAM and BENCH_FOLDER")
            exit(2)
        }
        let logger = Logger(label: "benchmark") { _ in SwiftLogNoOpLogHandler() }
        let client = try KubernetesClient(configuration: .load(environment: environment), qps: 5000, burst: 5000, logger: logger)
        let dynamoDB = try DynamoDB(configuration: .load(environment: environment), logger: logger)
        let pods = Reflector<Pod>(client: client, namespace: BareCluster.namespace, logger: logger)
        do {
            try await withThrowingTaskGroup { group in
                group.addTask { try await pods.run() }
                try await pods.store.waitUntilSynced()
                let cluster = BareCluster(client: client, pods: pods.store)
                let table = BareDynamoDB(dynamoDB: dynamoDB, table: environment["DDB_STACK_TABLE"] ?? "")
                switch environment["BENCH_PART"] {
                case "event": try await SimulatedEvent(environment, folder: folder).run()
                case "real": try await measureRealNode(environment, folder, cluster)
                default: try await measure(environment, folder, cluster, table)
                }
                group.cancelAll()
            }
        } catch {
            print("error: \(error)")
            exit(1)
        }
        try await client.shutdown()
        try await dynamoDB.shutdown()
    }

    private static func measure(_ environment: [String: String], _ folder: String, _ cluster: BareCluster, _ dynamoDB: BareDynamoDB)
        async throws
    {
        var table = try Table(appendingTo: environment["BENCH_JSON"])
        try PolicyRows.measure(&table)
        for store in ["sqlite", "dynamodb"] {
            let settings = environment.merging(["STACK_STORE": store]) { $1 }
            let service = try await RunningService.start(settings, log: folder + "/\(store).log")
            let memory = try service.memory
            let bare = { @Sendable (name: String) async throws -> Void in
                try await cluster.create(name)
                if store == "dynamodb" { try await dynamoDB.reserveAndActivate(name) }
            }
            let creates = CreateRows(store: store, api: service.api, cluster: cluster, bare: bare)
            try await creates.oneAtATime(&table)
            try await creates.several(&table)
            try await DeleteRows(store: store, api: service.api, cluster: cluster).measure(&table)
            if store == "dynamodb" {
                try await ListRows.dynamoDB(service.api, dynamoDB, &table)
                try await service.stop()
            } else {
                try table.add(Row("memory at first", memory, target: "≤ 40"))
                try await FullService(settings, folder: folder, service: service, cluster: cluster, creates: creates).measure(&table)
            }
        }
    }

    private static func measureRealNode(_ environment: [String: String], _ folder: String, _ cluster: BareCluster) async throws {
        var table = try Table(appendingTo: environment["BENCH_JSON"])
        let service = try await RunningService.start(environment, log: folder + "/real.log")
        try await RealNodeRows(api: service.api, cluster: cluster).measure(&table)
        try await service.stop()
    }
}
