import ArgumentParser
import Foundation
import NIOHTTP1
import Stacks

extension StacksCommand {
    struct Renew: ClientCommand {
        static let configuration = CommandConfiguration(
            commandName: "renew",
            abstract: "Extend the life of stacks.",
            discussion: """
                A stack never ends earlier than before, and never later than
                STACK_MAX_LIFETIME of the server allows.

                examples:
                  provisioner stacks renew stack-82c2199c92d32586
                  provisioner stacks renew stack-82c2199c92d32586 --ttl 30m

                \(ServerOptions.discussion)
                """
        )

        @Argument(help: ArgumentHelp("Ids of stacks.", valueName: "id"))
        var ids: [StackID]

        @Option(
            help: ArgumentHelp("The life from now on; without it that of a new stack.", valueName: "duration"),
            transform: ServerOptions.duration
        )
        var ttl: Duration?

        @OptionGroup var format: OutputOptions
        @OptionGroup var server: ServerOptions

        func run(_ session: Session, _ input: Void) async throws {
            let body = try ttl.map { try JSONEncoder().encode(["ttl": $0.goNotation]) }
            try await session.forEach(ids) { id in
                let answer = try await session.client.send(ServerRequest(method: .POST, path: "/stacks/\(id)/renew", body: body))
                let stack = try answer.decoded(as: StackAnswer.self)
                try session.present(answer, format.output, isOneOfSeveral: ids.count > 1) { $0.renewed(stack) }
            }
        }
    }

    struct Delete: ClientCommand {
        static let configuration = CommandConfiguration(
            commandName: "delete",
            abstract: "Delete stacks, by their ids or those of a user or a problem.",
            discussion: """
                With ids the command ends once Pod and Service of each are gone, or says that
                the deletion goes on by itself. With --user, --problem or both it marks all of
                these stacks at once; their removal goes on by itself.

                examples:
                  provisioner stacks delete stack-82c2199c92d32586
                  provisioner stacks delete --problem 1001
                  provisioner stacks delete --user 101 --problem 1001

                \(ServerOptions.discussion)
                """
        )

        @Argument(help: ArgumentHelp("Ids of stacks.", valueName: "id"))
        var ids: [StackID] = []

        @Option(help: ArgumentHelp("All stacks of this user.", valueName: "id"))
        var user: Int64?

        @Option(help: ArgumentHelp("All stacks of this problem.", valueName: "id"))
        var problem: Int64?

        @OptionGroup var format: OutputOptions
        @OptionGroup var server: ServerOptions

        func validate() throws {
            if ids.isEmpty == (user == nil && problem == nil) {
                throw ValidationError("delete takes either ids, or --user, --problem or both of these")
            }
        }

        func run(_ session: Session, _ input: Void) async throws {
            guard ids.isEmpty else {
                return try await session.forEach(ids) { id in
                    let answer = try await session.client.send(ServerRequest(method: .DELETE, path: "/stacks/\(id)"))
                    let deleted = try answer.decoded(as: DeletedAnswer.self)
                    let text = deleted.deleted ? "deleted" : "being deleted, which goes on by itself"
                    try session.present(answer, format.output, isOneOfSeveral: ids.count > 1) { _ in "\(id) \(text)\n" }
                }
            }
            var request = ServerRequest(method: .DELETE, path: "/stacks")
            if let user { request.query.append(("user_id", "\(user)")) }
            if let problem { request.query.append(("problem_id", "\(problem)")) }
            let answer = try await session.client.send(request)
            let marked = try answer.decoded(as: MarkedAnswer.self).marked
            try session.present(answer, format.output) { _ in
                marked == 1 ? "1 stack is being deleted\n" : "\(marked) stacks are being deleted\n"
            }
        }
    }
}

extension Session {
    /// Does the same with each stack. A refused one does not stop the others; the last refusal is thrown at the end.
    fileprivate func forEach(_ ids: [StackID], _ body: (StackID) async throws -> Void) async throws {
        var last: ClientFailure?
        for id in ids {
            do { try await body(id) } catch let failure as ClientFailure {
                guard case .refused = failure else {
                    if let last { report(last) }
                    throw failure
                }
                if let last { report(last) }
                last = failure
            }
        }
        if let last { throw last }
    }

    private func report(_ failure: ClientFailure) {
        for (number, line) in failure.lines.enumerated() { console.explain(number == 0 ? "error: \(line)\n" : line + "\n") }
    }
}
