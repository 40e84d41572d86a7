import ArgumentParser
import CoreMetrics
import DynamoDB
import FoundationEssentials
import KubernetesClient
import Logging
import NIOCore
import Prometheus
import StackStoreDynamoDB
import StackStoreSQLite
import Stacks
import SystemPackage

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Run the HTTP service.",
        discussion: """
            Everything is set by environment variables; all of them are checked at the start, and every mistake is reported at once.
            The most important ones, with their defaults:

              HTTP_ADDR              :8081              listen address, over IPv4 and IPv6
              KUBECONFIG             (in-cluster)       the cluster; also K8S_KUBECONFIG, K8S_CONTEXT
              STACK_NAMESPACE        stacks             namespace of Pods and Services
              STACK_TTL              2h                 life of a stack
              STACK_MAX_PER_USER     5                  stacks per user
              STACK_NODEPORT_MIN     30000              range of NodePorts, inclusive, with STACK_NODEPORT_MAX (32767)
              STACK_SQLITE_PATH      var/stacks.sqlite  the embedded database
              API_KEY, API_KEY_FILE  none               keys that callers must send in X-API-KEY
              TLS_CERT_FILE,
              TLS_KEY_FILE           none               serve HTTPS
              LOG_LEVEL, LOG_FORMAT  info, json         one JSON object a line on standard error

            provisioner settings lists all of them, as docs/configuration.md does.

            examples:
              provisioner serve
              STACK_TTL=30m STACK_NODE_SELECTOR=role=stack HTTP_ADDR=127.0.0.1:8081 provisioner serve

            Exit codes: 0 after SIGTERM or SIGINT, 1 when it cannot run, 2 when the configuration is wrong.
            """
    )

    func run() async throws {
        Allocator.limitArenas()
        let environment = ProcessInfo.processInfo.environment
        let configuration: ServeConfiguration
        let kubernetes: KubernetesConfiguration
        do {
            (configuration, kubernetes) = try Self.configurations(environment)
        } catch let error as ServeConfiguration.Mistakes {
            for mistake in error.mistakes { Terminal.complain(mistake) }
            throw ExitCode(2)
        }
        let log = Self.startLog(configuration)
        defer { log.flush() }
        let logger = Logger(label: "provisioner")
        for warning in configuration.warnings { logger.warning("\(warning)") }
        let files = FileLimit.raise()
        if files < configuration.maximumConnections + FileLimit.others {
            let wanted = configuration.maximumConnections
            logger.warning(
                "HTTP_MAX_CONNECTIONS: is \(wanted), but only \(files) files may be open (ulimit -n): fewer connections are accepted"
            )
        }
        let metrics = PrometheusCollectorRegistry(descriptions: MetricCatalogue.descriptions)
        MetricsSystem.bootstrap(PrometheusMetricsFactory(registry: metrics))
        let server: Server
        do {
            server = try await Server(
                configuration: configuration,
                metrics: metrics,
                kubernetes: kubernetes,
                environment: environment,
                logger: logger,
                failpoint: Self.failpoint(environment, log),
                onRunning: { port in
                    let address = configuration.address.description(port: port)
                    logger.info("listening", metadata: ["address": "\(address)", "version": "\(Version.current)"])
                }
            )
        } catch let error as SQLiteStoreError {
            Terminal.complain("STACK_SQLITE_PATH: \(error)")
            throw ExitCode(2)
        } catch let error as KubernetesError {
            Terminal.complain("KUBECONFIG: \(error)")
            throw ExitCode(2)
        }
        do { try await server.run() } catch let error as StackTableError {
            Terminal.complain("DDB_STACK_TABLE: \(error)")
            throw ExitCode(1)
        } catch let error as CopyUnderWay {
            Terminal.complain("DDB_STACK_TABLE: \(error)")
            throw ExitCode(1)
        } catch let error as OpenStore.ForeignNamespace {
            Terminal.complain(
                "STACK_NAMESPACE: is \(configuration.stacks.namespace), but the store holds \(error.stackID) in namespace \(error.namespace); "
                    + "set it back, or delete the stacks there first"
            )
            throw ExitCode(2)
        } catch {
            guard let reason = Self.reasonNotToListen(error) else { throw error }
            let address = configuration.address
            var complaint = "HTTP_ADDR: cannot listen on \(address.description(port: address.port))"
            if let other = configuration.metricsAddress { complaint += ", or METRICS_ADDR: on \(other.description(port: other.port))" }
            Terminal.complain("\(complaint): \(reason)")
            throw ExitCode(1)
        }
    }

    /// Starts logging in the configured format.
    private static func startLog(_ configuration: ServeConfiguration) -> LogQueue {
        let level = configuration.logLevel
        let format = configuration.logFormat
        let queue = LogQueue(.standardError) { dropped in
            let message = "\(dropped) lines were dropped here: the log was not read fast enough"
            return switch format {
            case .json:
                String(decoding: JSONLogHandler.line([["dropped": "\(dropped)"]], .warning, message, label: "provisioner"), as: UTF8.self)
            case .text: "warning provisioner: \(message)\n"
            }
        }
        LoggingSystem.bootstrap(
            { label, provider in
                switch format {
                case .json: return JSONLogHandler(label: label, level: level, metadataProvider: provider, queue: queue)
                case .text:
                    var handler = StreamLogHandler(label: label, stream: queue)
                    handler.metadataProvider = provider
                    handler.logLevel = level
                    return handler
                }
            },
            metadataProvider: RequestTrace.metadataProvider
        )
        return queue
    }

    /// Returns the system's reason for a failed bind; nil for any other error.
    private static func reasonNotToListen(_ error: any Error) -> String? {
        if let error = error as? SocketAddressError.UnknownHost { return error.errorDescription }
        guard let code = (error as? IOError).map({ Errno(rawValue: $0.errnoCode) }) else { return nil }
        return [.addressInUse, .addressNotAvailable, .permissionDenied].contains(code) ? "\(code)" : nil
    }

    /// Returns both configurations.
    /// - Throws: the errors of both.
    static func configurations(_ environment: [String: String]) throws -> (ServeConfiguration, KubernetesConfiguration) {
        var reader = EnvironmentReader(environment)
        let serve = ServeConfiguration(reading: &reader)
        var mistakes = reader.mistakes
        var kubernetes: KubernetesConfiguration?
        do { kubernetes = try KubernetesConfiguration.load(environment: environment) } catch let error as KubernetesError {
            mistakes.append("KUBECONFIG: \(error.message)")
        }
        if case .dynamodb = serve.store {
            do { _ = try DynamoDB.Configuration.load(environment: environment) } catch let error as DynamoDBError {
                mistakes.append(error.message)
            }
        }
        guard let kubernetes, mistakes.isEmpty else { throw ServeConfiguration.Mistakes(mistakes: mistakes) }
        return (serve, kubernetes)
    }

    /// Kills the process at `PROVISIONER_FAILPOINT`, such as `after-createPod`, as a power failure would. Debug builds only.
    private static func failpoint(_ environment: [String: String], _ log: LogQueue) -> @Sendable (Failpoint) async -> Void {
        #if DEBUG
        if let chosen = environment["PROVISIONER_FAILPOINT"].flatMap(Failpoint.init) {
            return {
                guard $0 == chosen else { return }
                log.flush()
                Terminal.killThisProcess()
            }
        }
        #endif
        return { _ in }
    }
}
