import DynamoDB
import Foundation
import KubernetesClient
import Logging

/// Figures of the service, each beside a floor that is measured in the same run on the same cluster. `scripts/bench` starts what this needs.
///
/// Environment: `KUBECONFIG`, `SERVICE_PROGRAM`, the service's settings, `BENCH_FOLDER`; `BENCH_PART`: `sqlite`, `dynamodb`, `real` or
/// `event`; `BENCH_JSON`: a file for the rows.
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
                case "sqlite": try await measureSQLite(environment, folder, cluster)
                case "dynamodb": try await measureDynamoDB(environment, folder, cluster, table)
                case "real": try await measureRealNode(environment, folder, cluster)
                case "event": try await SimulatedEvent(environment, folder: folder).run()
                default: throw Failure("BENCH_PART: must be sqlite, dynamodb, real or event")
                }
                group.cancelAll()
            }
        } catch {
            RunningService.killAll()
            print("error: \(error)")
            exit(1)
        }
        try await client.shutdown()
        try await dynamoDB.shutdown()
    }

    private static func measureSQLite(_ environment: [String: String], _ folder: String, _ cluster: BareCluster) async throws {
        var table = try Table(appendingTo: environment["BENCH_JSON"])
        try PolicyRows.measure(&table)
        let service = try await RunningService.start(environment, log: folder + "/sqlite.log")
        let memory = try service.memory
        let creates = CreateRows(store: "sqlite", api: service.api, cluster: cluster) { try await cluster.create($0) }
        try await measureWrites(creates, &table)
        try table.add(Row("memory at first", memory, target: "≤ 40"))
        try await FullService(environment, folder: folder, service: service, cluster: cluster, creates: creates).measure(&table)
    }

    private static func measureDynamoDB(
        _ environment: [String: String],
        _ folder: String,
        _ cluster: BareCluster,
        _ dynamoDB: BareDynamoDB
    ) async throws {
        var table = try Table(appendingTo: environment["BENCH_JSON"])
        let service = try await RunningService.start(environment, log: folder + "/dynamodb.log")
        let creates = CreateRows(store: "dynamodb", api: service.api, cluster: cluster) { name in
            try await cluster.create(name)
            try await dynamoDB.reserveAndActivate(name)
        }
        try await measureWrites(creates, &table)
        try await ListRows.dynamoDB(service.api, dynamoDB, &table)
        try await service.stop()
    }

    private static func measureWrites(_ creates: CreateRows, _ table: inout Table) async throws {
        try await creates.oneAtATime(&table)
        try await creates.several(&table)
        try await DeleteRows(store: creates.store, api: creates.api, cluster: creates.cluster).measure(&table)
    }

    private static func measureRealNode(_ environment: [String: String], _ folder: String, _ cluster: BareCluster) async throws {
        var table = try Table(appendingTo: environment["BENCH_JSON"])
        let service = try await RunningService.start(environment, log: folder + "/real.log")
        try await RealNodeRows(api: service.api, cluster: cluster).measure(&table)
        try await service.stop()
    }
}
