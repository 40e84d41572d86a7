import ArgumentParser
import FoundationEssentials
import StackStoreSQLite

extension StoreCommand {
    struct Backup: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Copy the SQLite database into a new file, also while the service runs.",
            discussion: """
                The copy has the state of one moment, and is checked before it gets its name. Run the command as the user of the service, on
                the same machine or in the same Pod. To restore, stop the service, put the file in the place of STACK_SQLITE_PATH, remove
                the files of the same name that end with -wal and -shm, and start the service.

                examples:
                  provisioner store backup /backup/stacks-2026-01-31.sqlite
                  provisioner store backup --from var/stacks.sqlite stacks.backup

                Exit codes: 0 when the copy is complete, 1 when it failed or the file exists, 2 when the configuration is wrong.
                """
        )

        @Argument(help: "The file to make. It must not exist.")
        var file: String

        @Option(help: ArgumentHelp("The database; by default that of STACK_SQLITE_PATH.", valueName: "path"))
        var from: String?

        func run() throws {
            let source = try from ?? Self.configured(ProcessInfo.processInfo.environment)
            do {
                let count = try SQLiteBackup.write(source, to: file)
                Terminal.say("\(file) holds the \(count) stacks of \(source)\n")
            } catch let error as SQLiteStoreError {
                Terminal.complain(error.message)
                throw ExitCode(1)
            }
        }

        /// Returns the database that serve would use.
        /// - Throws: `ExitCode`, after the reason was printed.
        private static func configured(_ environment: [String: String]) throws -> String {
            var reader = EnvironmentReader(environment)
            let store = ServeConfiguration.store(&reader)
            for mistake in reader.mistakes { Terminal.complain(mistake) }
            guard reader.mistakes.isEmpty else { throw ExitCode(2) }
            guard case .sqlite(let path) = store else {
                Terminal.complain("STACK_STORE: is dynamodb, which has backups of its own; for an SQLite database use --from")
                throw ExitCode(2)
            }
            return path
        }
    }
}
