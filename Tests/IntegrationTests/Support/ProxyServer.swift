import Hummingbird
import Logging
import NIOCore

/// The context of a request to a proxy, with the connection that it came by.
struct ProxyContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
    }
}

/// Runs a server on a free port of this machine while `body` runs, which is told its URL.
func withProxyServer<Result: Sendable>(
    _ respond: @escaping @Sendable (Request, ProxyContext) async throws -> Response,
    _ body: @escaping @Sendable (String) async throws -> Result
) async throws -> Result {
    let (ports, port) = AsyncStream<Int>.makeStream()
    let application = Application(
        responder: CallbackResponder<ProxyContext> { request, context in try await respond(request, context) },
        configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
        onServerRunning: { port.yield($0.localAddress?.port ?? 0) },
        logger: Logger(label: "proxy") { _ in SwiftLogNoOpLogHandler() }
    )
    return try await withThrowingTaskGroup(of: Result?.self) { group in
        group.addTask {
            try await application.run()
            return nil
        }
        group.addTask {
            for await port in ports { return try await body("http://127.0.0.1:\(port)") }
            throw CancellationError()
        }
        defer { group.cancelAll() }
        while let finished = try await group.next() { if let finished { return finished } }
        throw CancellationError()
    }
}
