import Hummingbird
import Logging
import NIOCore

/// The floor of a small read: the HTTP framework of the service, with one route that answers the same bytes each time.
enum ConstantRoute {
    /// Runs the server for as long as `measure` takes, which gets its URL.
    static func serve<Result: Sendable>(
        _ body: ByteBuffer,
        while measure: @escaping @Sendable (_ url: String) async throws -> Result
    ) async throws -> Result {
        let router = Router()
        router.get("constant") { _, _ in Response(status: .ok, body: ResponseBody(byteBuffer: body)) }
        let (ports, port) = AsyncStream.makeStream(of: Int?.self)
        let application = Application(
            router: router,
            configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { port.yield($0.localAddress?.port) },
            logger: Logger(label: "constant") { _ in SwiftLogNoOpLogHandler() }
        )
        return try await withThrowingTaskGroup { group in
            group.addTask { try await application.run() }
            defer { group.cancelAll() }
            guard case let number?? = await ports.first(where: { _ in true }) else { throw Failure("the server has no port") }
            return try await measure("http://127.0.0.1:\(number)/constant")
        }
    }
}
