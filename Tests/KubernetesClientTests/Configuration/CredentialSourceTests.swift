import Foundation
import Logging
import TestBasics
import Testing

@testable import KubernetesClient

@Suite(.timeLimit(.minutes(1)))
struct CredentialSourceTests {
    private let now = Box(Date(timeIntervalSince1970: 1_800_000_000))

    private let log = RecordingLog()

    private func source(_ credentials: KubernetesConfiguration.Credentials) -> CredentialSource {
        CredentialSource(credentials, logger: log.logger, now: { [now] in now.value })
    }

    private func pass(_ seconds: TimeInterval) {
        now.change { $0 += seconds }
    }

    @Test func `a fixed token is that token, and no other can be had`() async throws {
        let source = source(.token("t"))
        #expect(try await source.credential().token == "t")
        #expect(await source.discard(Credential(token: "t")) == false)
    }

    @Test func `without credentials there is no token`() async throws {
        #expect(try await source(.none).credential().token == nil)
    }

    @Test func `a token file is read again after a minute, not before`() async throws {
        try await withTemporaryFolder { folder in
            let source = source(.tokenFile(folder + "/token"))
            try write("first\n", to: folder + "/token")
            #expect(try await source.credential().token == "first")
            try write("second\n", to: folder + "/token")
            pass(59)
            #expect(try await source.credential().token == "first")
            pass(1)
            #expect(try await source.credential().token == "second")
        }
    }

    @Test func `the last token is kept while its file cannot be read`() async throws {
        try await withTemporaryFolder { folder in
            let source = source(.tokenFile(folder + "/token"))
            try write("first", to: folder + "/token")
            #expect(try await source.credential().token == "first")
            try FileManager.default.removeItem(atPath: folder + "/token")
            pass(61)
            #expect(try await source.credential().token == "first")
            try write(" \n", to: folder + "/token")
            pass(61)
            #expect(try await source.credential().token == "first", "nor when it is empty")
            try write("second", to: folder + "/token")
            pass(61)
            #expect(try await source.credential().token == "second")
        }
    }

    @Test func `a token that was refused is read again at once`() async throws {
        try await withTemporaryFolder { folder in
            let source = source(.tokenFile(folder + "/token"))
            try write("first", to: folder + "/token")
            #expect(try await source.credential().token == "first")
            try write("second", to: folder + "/token")
            #expect(await source.discard(Credential(token: "first")))
            #expect(try await source.credential().token == "second")
            try write("third", to: folder + "/token")
            #expect(await source.discard(Credential(token: "first")), "a late refusal of an old token")
            #expect(try await source.credential().token == "second")
        }
    }

    @Test(arguments: ["", "\n", "two words"])
    func `a file without a token is refused by name, and not shown`(text: String) async throws {
        try await withTemporaryFolder { folder in
            try write(text, to: folder + "/token")
            let problem = "token file \(folder)/token is empty or holds characters that no bearer token has"
            await #expect(throws: KubernetesError(.credentials, problem)) {
                try await source(.tokenFile(folder + "/token")).credential().token
            }
        }
    }

    @Test func `a file that is missing from the start is an error with its name`() async throws {
        let error = try await kubernetesError { _ = try await source(.tokenFile("/nowhere/token")).credential().token }
        #expect(error?.kind == .credentials)
        #expect(error?.message.hasPrefix("token file /nowhere/token cannot be read") == true)
    }

    @Test func `a plugin's token is used until 30 s before it expires`() async throws {
        try await withTemporaryFolder { folder in
            let expiry = now.value.addingTimeInterval(600).formatted(.iso8601)
            let source = source(.exec(try plugin(in: folder, "echo run >> runs\n" + print(token: "t", expiry: expiry))))
            #expect(try await source.credential().token == "t")
            pass(569)
            #expect(try await source.credential().token == "t")
            #expect(runs(folder) == 1)
            pass(2)
            #expect(try await source.credential().token == "t")
            #expect(runs(folder) == 2)
        }
    }

    @Test func `a plugin's token without an expiry is used until it is refused`() async throws {
        try await withTemporaryFolder { folder in
            let source = source(.exec(try plugin(in: folder, "echo run >> runs\n" + print(token: "t"))))
            #expect(try await source.credential().token == "t")
            pass(1_000_000)
            #expect(try await source.credential().token == "t")
            #expect(runs(folder) == 1)
            #expect(await source.discard(Credential(token: "t")))
            #expect(try await source.credential().token == "t")
            #expect(runs(folder) == 2)
        }
    }

    @Test func `while a plugin fails its last token is used until it expires, with one warning`() async throws {
        try await withTemporaryFolder { folder in
            let expiry = now.value.addingTimeInterval(35).formatted(.iso8601)
            let script = "echo run >> runs\n[ ! -e broken ] || exit 1\ntouch broken\n"
            let source = source(.exec(try plugin(in: folder, script + print(token: "t", expiry: expiry))))
            #expect(try await source.credential().token == "t")
            for expected in [2, 2, 3] {
                pass(expected == 2 && runs(folder) == 1 ? 6 : expected == 3 ? 5 : 0)
                #expect(try await source.credential().token == "t")
                #expect(runs(folder) == expected, "it is run again after 5 s, not for each request")
            }
            #expect(log.messages(at: .warning) == ["the exec plugin fails; using its last credentials until they expire"])
            pass(24)
            let error = try await kubernetesError { _ = try await source.credential() }
            #expect(error?.kind == .credentials && error?.isUnavailable == true)
        }
    }

    @Test func `a token that was refused is not used again while the plugin fails`() async throws {
        try await withTemporaryFolder { folder in
            let expiry = now.value.addingTimeInterval(600).formatted(.iso8601)
            let script = "[ ! -e broken ] || exit 1\ntouch broken\n"
            let source = source(.exec(try plugin(in: folder, script + print(token: "t", expiry: expiry))))
            let credential = try await source.credential()
            #expect(await source.discard(credential))
            #expect(try await kubernetesError { _ = try await source.credential() }?.kind == .credentials)
        }
    }

    @Test func `one run serves all who wait`() async throws {
        try await withTemporaryFolder { folder in
            let source = source(.exec(try plugin(in: folder, "echo run >> runs\n" + print(token: "t"))))
            let tokens = try await withThrowingTaskGroup(of: String?.self) { group in
                for _ in 0..<50 { group.addTask { try await source.credential().token } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(tokens == Array(repeating: "t", count: 50))
            #expect(runs(folder) == 1)
        }
    }

    @Test func `a failure is told to all who wait, and the next one tries again`() async throws {
        try await withTemporaryFolder { folder in
            // Ends when everybody waits, then fails once.
            let script = "echo run >> runs\nif [ ! -e ready ]; then while [ ! -e go ]; do sleep 0.01; done; touch ready; exit 3; fi\n"
            let source = source(.exec(try plugin(in: folder, script + print(token: "t"))))
            let failures = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<5 {
                    group.addTask {
                        do { return try await source.credential().token == nil } catch is KubernetesError { return true }
                    }
                }
                await waitForWaiting(4, on: source)
                try write("", to: folder + "/go")
                return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(failures == 5)
            #expect(runs(folder) == 1)
            #expect(try await source.credential().token == "t")
            #expect(runs(folder) == 2)
        }
    }

    @Test func `when the one who runs it is cancelled another takes over`() async throws {
        try await withTemporaryFolder { folder in
            let script = "echo run >> runs\nif [ ! -e go ]; then touch go; sleep 3600; fi\n"
            let source = source(.exec(try plugin(in: folder, script + print(token: "t"))))
            let first = Task { try await source.credential().token }
            while !FileManager.default.fileExists(atPath: folder + "/go") { try await Task.sleep(for: .milliseconds(5)) }
            let second = Task { try await source.credential().token }
            await waitForWaiting(1, on: source)
            first.cancel()
            await #expect(throws: CancellationError.self) { try await first.value }
            #expect(try await second.value == "t")
            #expect(runs(folder) == 2)
        }
    }

    @Test func `one who waits can be cancelled without the others`() async throws {
        try await withTemporaryFolder { folder in
            let script = "echo run >> runs\nwhile [ ! -e go ]; do sleep 0.01; done\n"
            let source = source(.exec(try plugin(in: folder, script + print(token: "t"))))
            let first = Task { try await source.credential().token }
            let second = Task { try await source.credential().token }
            await waitForWaiting(1, on: source)
            second.cancel()
            first.cancel()
            let third = Task { try await source.credential().token }
            try write("", to: folder + "/go")
            #expect(try await third.value == "t")
            await #expect(throws: CancellationError.self) { try await second.value }
        }
    }

    private func waitForWaiting(_ count: Int, on source: CredentialSource) async {
        while await source.waitingCount < count { await Task.yield() }
    }
}

extension CredentialSource {
    fileprivate var waitingCount: Int { waiting?.count ?? 0 }
}

private func runs(_ folder: String) -> Int {
    do { return try String(contentsOfFile: folder + "/runs", encoding: .utf8).split(separator: "\n").count } catch { return 0 }
}
