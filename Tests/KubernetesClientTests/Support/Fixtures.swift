import Foundation
import Logging
import NIOCore

@testable import KubernetesClient

/// Says nothing: what a test expects is in what it observes.
let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

extension KubernetesConfiguration {
    /// Of a server without TLS.
    init(port: Int, credentials: Credentials = .none) throws {
        self.init(endpoint: try Endpoint(server: "http://127.0.0.1:\(port)", tlsServerName: nil))
        self.credentials = credentials
    }
}

/// Runs `body` with a client of a server, and shuts the client down after it.
func withClient<Result>(
    of server: FakeAPIServer,
    credentials: KubernetesConfiguration.Credentials = .none,
    timeouts: Transport.Timeouts = Transport.Timeouts(),
    _ body: (KubernetesClient) async throws -> Result
) async throws -> Result {
    try await withClient(KubernetesConfiguration(port: server.port, credentials: credentials), timeouts: timeouts, body)
}

func withClient<Result>(
    _ configuration: KubernetesConfiguration,
    limiter: RateLimiter = RateLimiter(rate: 1000, burst: 1000),
    timeouts: Transport.Timeouts = Transport.Timeouts(),
    headers: @escaping @Sendable () -> [(name: String, value: String)] = { [] },
    _ body: (KubernetesClient) async throws -> Result
) async throws -> Result {
    let client = try KubernetesClient(configuration: configuration, limiter: limiter, timeouts: timeouts, headers: headers, logger: quiet)
    do {
        let result = try await body(client)
        try await client.shutdown()
        return result
    } catch {
        try await client.shutdown()
        throw error
    }
}

/// What `body` throws, if it is what this module promises to throw.
func kubernetesError(_ body: () async throws -> Void) async throws -> KubernetesError? {
    do { try await body() } catch let error as KubernetesError { return error }
    return nil
}

enum JSONText {
    static func pod(_ name: String, version: String, phase: String = "Running") -> String {
        """
        {"metadata":{"name":"\(name)","namespace":"n","resourceVersion":"\(version)"},"spec":{"containers":[]},\
        "status":{"phase":"\(phase)"}}
        """
    }

    /// A Pod whose container has no name.
    static func brokenPod(_ name: String, version: String) -> String {
        #"{"metadata":{"name":"\#(name)","namespace":"n","resourceVersion":"\#(version)"},"spec":{"containers":[{}]}}"#
    }

    static func list(_ items: [String], version: String, continue token: String = "") -> String {
        #"{"metadata":{"resourceVersion":"\#(version)","continue":"\#(token)"},"items":[\#(items.joined(separator: ","))]}"#
    }

    static func event(_ type: String, _ object: String) -> String {
        #"{"type":"\#(type)","object":\#(object)}"# + "\n"
    }

    static func bookmark(_ version: String) -> String {
        event("BOOKMARK", #"{"kind":"Pod","apiVersion":"v1","metadata":{"resourceVersion":"\#(version)"}}"#)
    }

    static func status(_ code: Int, _ reason: String, message: String = "m", details: String = "{}") -> String {
        """
        {"kind":"Status","apiVersion":"v1","status":"Failure","message":"\(message)","reason":"\(reason)","details":\(details),\
        "code":\(code)}
        """
    }
}

extension Pod {
    init(_ name: String, namespace: String? = "n", version: String? = "1", phase: String = "Running") {
        self.init(metadata: ObjectMeta(name: name, namespace: namespace, resourceVersion: version))
        status = Status(phase: phase)
    }
}

func write(_ text: String, to path: String, executable: Bool = false) throws {
    try Data(text.utf8).write(to: URL(filePath: path))
    if executable { try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path) }
}
