import AsyncHTTPClient
import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1
import Subprocess
import SystemPackage
import TestBasics
import Testing

#if os(Linux)
import Glibc
#endif

/// A Chromium without a window, driven by WebDriver. https://www.w3.org/TR/webdriver2/
struct Browser: Sendable {
    /// The built chromedriver; it finds the browser itself.
    static let driver = ProcessInfo.processInfo.environment["TEST_CHROMEDRIVER"]
    static let needed: Comment = "needs the cluster that scripts/test starts, and TEST_CHROMEDRIVER"

    private let session: String

    /// Starts a driver and a browser of the test's own, and ends both after `body`.
    static func run<Result: Sendable>(_ body: @escaping @Sendable (Browser) async throws -> Result) async throws -> Result {
        for _ in 0..<9 {
            do { return try await runOnce(body) } catch is PortTaken { continue }
        }
        return try await runOnce(body)
    }

    /// chromedriver takes a free port of IPv6, and ends if the same port of IPv4 is taken.
    private struct PortTaken: Error {}

    private static func runOnce<Result: Sendable>(_ body: @escaping @Sendable (Browser) async throws -> Result) async throws -> Result {
        try await withTemporaryFolder { folder in
            let outcome = try await Subprocess.run(
                .path(FilePath(try #require(driver))),
                arguments: ["--port=0"],
                // The browser leaves files there.
                environment: .inherit.updating(["TMPDIR": folder]),
                input: .none,
                output: .sequence,
                error: .discarded
            ) { execution in
                let output = Observed("")
                return try await withThrowingTaskGroup { group in
                    group.addTask {
                        for try await line in execution.standardOutput.strings() { output.update { $0 += line + "\n" } }
                        output.update { $0 += "\nended" }
                    }
                    let outcome: Swift.Result<Result, any Error>
                    do {
                        let port = try await output.waitForValue { text in
                            if text.contains("port not available") { throw PortTaken() }
                            if text.hasSuffix("\nended") { throw BrowserError(text: "chromedriver has ended: \(text)") }
                            return text.firstMatch(of: #/successfully on port (\d+)\.\s/#).map { String($0.1) }
                        }
                        outcome = .success(try await withSession(at: "http://127.0.0.1:\(port)", folder: folder, body))
                    } catch { outcome = .failure(error) }
                    try execution.send(signal: .terminate)
                    try await group.waitForAll()
                    return try outcome.get()
                }
            }
            return outcome.closureResult
        }
    }

    private static func withSession<Result: Sendable>(
        at driver: String,
        folder: String,
        _ body: @Sendable (Browser) async throws -> Result
    ) async throws -> Result {
        let flags = [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", "--no-first-run",
            "--disable-breakpad", "--disable-crash-reporter",
            "--user-data-dir=\(folder)/profile", "--window-size=1280,900",
        ]
        let capabilities: JSON = .object([
            "browserName": .string("chrome"),
            "timeouts": .object(["script": .number(60_000), "pageLoad": .number(60_000)]),
            "goog:loggingPrefs": .object(["browser": .string("ALL")]),
            "goog:chromeOptions": .object(["args": .array(flags.map { .string($0) })]),
        ])
        let made = try await send(.POST, driver + "/session", .object(["capabilities": .object(["alwaysMatch": capabilities])]))
        let session = driver + "/session/" + (try #require(made["sessionId"]?.string))
        let result: Swift.Result<Result, any Error>
        do { result = .success(try await body(Browser(session: session))) } catch { result = .failure(error) }
        do { _ = try await send(.DELETE, session) } catch {
            // The driver has lost the browser: it would live on.
            if let process = made["capabilities"]?["goog:processID"]?.int.flatMap({ pid_t(exactly: $0) }) { kill(process, SIGKILL) }
            throw error
        }
        return try result.get()
    }

    /// Sends a command and returns its value.
    private static func send(_ method: HTTPMethod, _ url: String, _ body: JSON? = nil) async throws -> JSON {
        var request = HTTPClientRequest(url: url)
        request.method = method
        if let body {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(ByteBuffer(data: try JSONEncoder().encode(body)))
        }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(120))
        let data = Data(buffer: try await response.body.collect(upTo: 64 << 20))
        let value = try JSONDecoder().decode(JSON.self, from: data)["value"] ?? .null
        guard response.status == .ok else {
            throw BrowserError(text: "\(value["error"]?.string ?? ""): \(value["message"]?.string?.prefix(2000) ?? "")")
        }
        return value
    }

    func command(_ method: HTTPMethod, _ path: String, _ body: JSON? = nil) async throws -> JSON {
        try await Self.send(method, session + path, method == .POST ? body ?? .object([:]) : body)
    }
}

/// A command of the browser has failed.
struct BrowserError: Error, CustomStringConvertible {
    var text: String
    var description: String { text }
}
