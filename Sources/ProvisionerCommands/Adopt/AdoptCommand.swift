import ArgumentParser
import DynamoDB
import FoundationEssentials
import KubernetesClient
import Logging
import StackCluster
import StackStoreDynamoDB
import StackStoreSQLite
import Stacks

struct AdoptCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "adopt",
        abstract: "Give the namespace of the stacks to the store.",
        discussion: """
            Each store has an installation id, and the namespace is annotated with that of the store to which it belongs. Where they differ, the service
            creates and removes nothing: the store may be the wrong one, or an empty one in the place of one that was lost. This command
            shows both, and with --yes writes the store's id to the namespace. From then on the service removes what has no record in the
            store.

            It is configured as serve is, by the same environment variables. With SQLite stop the service first; with DynamoDB the
            replicas notice within some seconds.

            examples:
              provisioner adopt           show both
              provisioner adopt --yes     the store is the right one

            Exit codes: 0 when the namespace is the store's, 1 when it is not or could not be asked, 2 when the configuration is wrong.
            """
    )

    @Flag(help: "Write the store's id to the namespace.")
    var yes = false

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        let (configuration, kubernetes): (ServeConfiguration, KubernetesConfiguration)
        do { (configuration, kubernetes) = try ServeCommand.configurations(environment) } catch let error as ServeConfiguration.Mistakes {
            for mistake in error.mistakes { Terminal.complain(mistake) }
            throw ExitCode(2)
        }
        do {
            try await adopt(configuration, kubernetes, environment)
        } catch  where Self.isExpected(error) {
            Terminal.complain("\(error)")
            throw ExitCode(1)
        }
    }

    private static func isExpected(_ error: any Error) -> Bool {
        error is SQLiteStoreError || error is StoreError || error is StackTableError || error is DynamoDBError || error is KubernetesError
    }

    private func adopt(
        _ configuration: ServeConfiguration,
        _ kubernetes: KubernetesConfiguration,
        _ environment: [String: String]
    ) async throws {
        if case .sqlite(let path) = configuration.store, !FileManager.default.fileExists(atPath: path) {
            // Opening it would make an empty one, which must not be given a namespace unseen.
            Terminal.complain("STACK_SQLITE_PATH: there is no database at \(path)")
            throw ExitCode(1)
        }
        let logger = Logger(label: "adopt") { _ in SwiftLogNoOpLogHandler() }
        let client = try KubernetesClient(configuration: kubernetes, logger: logger)
        do {
            let store = try OpenStore(configuration.store, environment: environment, logger: logger)
            do {
                try await store.refuseForeignItems()
                let mark = NamespaceMark(client: client, namespace: configuration.stacks.namespace)
                try await adopt(store.store, mark, namespace: configuration.stacks.namespace)
            } catch {
                try await store.close()
                throw error
            }
            try await store.close()
        } catch {
            try await client.shutdown()
            throw error
        }
        try await client.shutdown()
    }

    private func adopt(_ store: any StackStore, _ mark: NamespaceMark, namespace: String) async throws {
        guard let found = try await mark.read() else {
            return Terminal.say("namespace \(namespace) does not exist; once it does, the service marks it at its start\n")
        }
        let records = try await store.records()
        let objects = try await mark.ownedObjects()
        let plan = AdoptPlan(
            installation: Installation(
                namespace: namespace,
                store: try await store.installationID(),
                mark: found.installation,
                hasObjects: !objects.isEmpty,
                hasRecords: !records.records.isEmpty || !records.unreadable.isEmpty
            ),
            objects: objects,
            records: records
        )
        Terminal.say(plan.report)
        guard plan.isNeeded else { return Terminal.say("The namespace is the store's; there is nothing to do.\n") }
        Terminal.say(plan.consequence + "\n")
        guard yes else {
            Terminal.say("Nothing was changed. If this is the right store: provisioner adopt --yes\n")
            throw ExitCode(1)
        }
        try await mark.write(plan.installation.store, over: found)
        Terminal.say("namespace \(namespace) belongs to installation \(plan.installation.store) now\n")
    }
}
