import Logging
import PodPolicy
import StackCluster
import Stacks

/// Everything that `serve` reads from the environment, checked. ``Setting`` lists the variables.
struct ServeConfiguration {
    /// Every error, prefixed with its variable.
    struct Mistakes: Error, CustomStringConvertible {
        var mistakes: [String]
        var description: String { mistakes.joined(separator: "\n") }
    }

    var address: Address
    var maximumConnections: Int
    var shutdownTimeout: Duration
    var stacks: StackSettings
    var policy: PodPolicySettings
    var cluster: KubernetesCluster.Settings
    var nodePorts: ClosedRange<Int>
    var maximumConcurrentCreates: Int
    var store: StoreChoice
    var kubernetesQPS: Int
    var kubernetesBurst: Int
    /// The API keys; nil if none is asked for.
    var apiKeys: APIKeySettings?
    /// The address of `/metrics`; nil for the address of the API.
    var metricsAddress: Address?
    /// The certificate; nil for plain HTTP.
    var tls: TLSFiles?
    var logLevel: Logger.Level
    var logFormat: LogFormat
    /// Warnings about values that are valid but probably unintended, each prefixed with its variable.
    var warnings: [String] = []

    /// The store for stacks.
    enum StoreChoice: Equatable {
        case sqlite(path: String)
        case dynamodb(table: String, consistentRead: Bool)

        /// The name in STACK_STORE.
        var name: String {
            switch self {
            case .sqlite: "sqlite"
            case .dynamodb: "dynamodb"
            }
        }
    }

    enum LogFormat: String, CaseIterable {
        case json
        case text
    }

    /// - Throws: ``Mistakes``.
    init(environment: [String: String]) throws {
        var reader = EnvironmentReader(environment)
        self.init(reading: &reader)
        guard reader.mistakes.isEmpty else { throw Mistakes(mistakes: reader.mistakes) }
    }

    /// Reads every variable, even after errors; an invalid variable gets its default.
    init(reading reader: inout EnvironmentReader) {
        address = reader.value(
            "HTTP_ADDR",
            default: Address(host: nil, port: 8081),
            "an address such as :8081, 127.0.0.1:8081 or [::1]:8081"
        ) { Address($0) }
        maximumConnections = reader.integer("HTTP_MAX_CONNECTIONS", default: 4096, in: 1...100_000)
        shutdownTimeout = reader.duration("SHUTDOWN_TIMEOUT", default: .seconds(10), in: .seconds(1) ... .seconds(3600))
        stacks = StackSettings(reading: &reader)
        policy = PodPolicySettings(reading: &reader)
        cluster = KubernetesCluster.Settings(reading: &reader, namespace: stacks.namespace, policy: policy)
        nodePorts = Self.nodePorts(&reader)
        maximumConcurrentCreates = reader.integer("STACK_MAX_CONCURRENT_CREATES", default: 64, in: 1...10_000)
        store = Self.store(&reader)
        kubernetesQPS = reader.integer("K8S_CLIENT_QPS", default: 100, in: 1...100_000)
        kubernetesBurst = reader.integer("K8S_CLIENT_BURST", default: 200, in: 1...100_000)
        apiKeys = APIKeySettings(reading: &reader)
        tls = TLSFiles(reading: &reader)
        metricsAddress = reader.value("METRICS_ADDR", default: nil, "an address such as :9090 or 127.0.0.1:9090") { Address($0) }
        logLevel = reader.value("LOG_LEVEL", default: .info, "one of \(Logger.Level.allCases.map(\.rawValue).joined(separator: ", "))") {
            Logger.Level(rawValue: $0.lowercased())
        }
        logFormat = reader.value("LOG_FORMAT", default: .json, "json or text") { LogFormat(rawValue: $0.lowercased()) }
        warnings = Self.unknownVariables(reader)
    }

    private static func nodePorts(_ reader: inout EnvironmentReader) -> ClosedRange<Int> {
        let mistakes = reader.mistakes.count
        let lower = reader.integer("STACK_NODEPORT_MIN", default: 30000, in: 1...65535)
        let upper = reader.integer("STACK_NODEPORT_MAX", default: 32767, in: 1...65535)
        if lower > upper, reader.mistakes.count == mistakes {
            reader.mistake("STACK_NODEPORT_MIN", "is \(lower); must not be above STACK_NODEPORT_MAX, which is \(upper)")
        }
        return min(lower, upper)...upper
    }

    static func store(_ reader: inout EnvironmentReader) -> StoreChoice {
        let sqlite = StoreChoice.sqlite(path: reader.text("STACK_SQLITE_PATH") ?? "var/stacks.sqlite")
        let consistentRead = reader.bool("DDB_CONSISTENT_READ", default: true)
        let table = reader.value(
            "DDB_STACK_TABLE",
            default: DynamoDBConnection.defaultTable,
            "the name of a table: 3 to 255 letters, digits, underscores, hyphens and dots"
        ) { isTableName($0) ? $0 : nil }
        let dynamoDB = StoreChoice.dynamodb(table: table, consistentRead: consistentRead)
        let fallback = reader.text("DDB_STACK_TABLE") == nil ? sqlite : dynamoDB
        return reader.value("STACK_STORE", default: fallback, "sqlite or dynamodb") { ["sqlite": sqlite, "dynamodb": dynamoDB][$0] }
    }

    /// Checks the naming rules of DynamoDB tables.
    /// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
    private static func isTableName(_ text: String) -> Bool {
        (3...255).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                switch $0 {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                case UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."): true
                default: false
                }
            }
    }
}
