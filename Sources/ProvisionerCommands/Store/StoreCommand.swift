import ArgumentParser
import Foundation
import StackStoreDynamoDB
import StackStoreSQLite
import Stacks

struct StoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "store",
        abstract: "Move stacks between stores, and back up the embedded one.",
        subcommands: [Copy.self, Backup.self]
    )

    struct Copy: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Copy every stack from one store into another, which must hold no others.",
            discussion: """
                A store is sqlite:PATH or dynamodb:TABLE. Pods and Services stay as they are; stop every replica first, and start them with
                the other store afterwards. No replica can begin on either meanwhile. An interrupted copy is completed by the same command;
                a table stays marked for up to 90 seconds after the interruption.

                examples:
                  provisioner store copy --from sqlite:var/stacks.sqlite --to dynamodb:smctf-stacks
                  provisioner store copy --from dynamodb:smctf-stacks --to sqlite:var/stacks.sqlite

                Exit codes: 0 when the stores are equal, 1 when a replica or another copy is active or the copy failed, 2 when the
                configuration is wrong.
                """
        )

        @Option(help: ArgumentHelp("The store to read.", valueName: "store"))
        var from: StoreAddress

        @Option(help: ArgumentHelp("The store to fill.", valueName: "store"))
        var to: StoreAddress

        func validate() throws {
            guard from != to else { throw ValidationError("--from and --to are the same store: \(from)") }
            if case .sqlite(let path) = from, !FileManager.default.fileExists(atPath: path) {
                throw ValidationError("--from: there is no file \(path)")
            }
        }

        func run() async throws {
            let environment = ProcessInfo.processInfo.environment
            do {
                let count = try await from.withStore(environment: environment) { [to] source in
                    try await to.withStore(environment: environment) { target in
                        let copy = StoreCopy(source: source, target: target) { done, total in
                            Terminal.say("\(done) of \(total) stacks copied\n")
                        }
                        return try await copy.run()
                    }
                }
                Terminal.say("\(to) holds the \(count) stacks of \(from)\n")
            } catch let error as StoreCopy.Refusal {
                Terminal.complain(error.message)
                throw ExitCode(1)
            } catch let error as SQLiteStoreError {
                Terminal.complain(error.message)
                throw ExitCode(1)
            } catch let error as StackTableError {
                Terminal.complain(error.message)
                throw ExitCode(1)
            } catch let error as StoreError {
                Terminal.complain("\(error)")
                throw ExitCode(1)
            }
        }
    }
}
