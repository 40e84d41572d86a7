import AsyncHTTPClient
import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1
import NIOSSL
import Synchronization

/// A request to the server.
struct ServerRequest: Sendable {
    var method = HTTPMethod.GET
    /// The path with its slash at the beginning.
    var path: String
    var query: [(name: String, value: String)] = []
    var headers: [(name: String, value: String)] = []
    /// JSON.
    var body: Data?

    /// Path and query as they are sent.
    var target: String {
        guard !query.isEmpty else { return path }
        return path + "?" + query.map { "\(Self.encoded($0.name))=\(Self.encoded($0.value))" }.joined(separator: "&")
    }

    private static func encoded(_ text: String) -> String {
        text.utf8.map { byte in
            let character = Character(UnicodeScalar(byte))
            if character.isASCII, character.isLetter || character.isNumber || "-._~".contains(character) { return String(character) }
            return "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }.joined()
    }
}

/// A successful response.
struct ServerAnswer: Sendable {
    var status: Int
    var contentType: String
    var body: Data

    var text: String { String(decoding: body, as: UTF8.self) }

    /// - Throws: ``ClientFailure`` for the response of something else.
    func decoded<Value: Decodable>(as type: Value.Type) throws -> Value {
        do { return try JSONDecoder().decode(type, from: body) } catch {
            throw ClientFailure.unreachable("the response is not one of a provisioner: \(Self.begin(of: text))", mayPass: false)
        }
    }

    static func begin(of text: String) -> String {
        text.isEmpty ? "it is empty" : "\"" + text.prefix(120).split(whereSeparator: \.isWhitespace).joined(separator: " ") + "\""
    }
}

/// The connection to one server.
final class ServerClient: Sendable {
    static let maximumBodySize = 256 << 20
    private static let maximumErrorSize = 1 << 20

    private let settings: ServerSettings
    private let http: HTTPClient
    private let note: @Sendable (String) -> Void
    private let sleep: @Sendable (Duration) async throws -> Void
    private let hasConnected = Mutex(false)

    /// - Parameters:
    ///   - silence: the time after which a connection that sends nothing is taken as lost; nil for none.
    ///   - note: tells that a request is repeated.
    init(
        _ settings: ServerSettings,
        silence: Duration?,
        note: @escaping @Sendable (String) -> Void,
        sleep: @escaping @Sendable (Duration) async throws -> Void
    ) {
        self.settings = settings
        self.note = note
        self.sleep = sleep
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.additionalTrustRoots = [.certificates(settings.authorities)]
        var configuration = HTTPClient.Configuration()
        configuration.tlsConfiguration = tls
        configuration.httpVersion = .http1Only
        // A redirect would send the key to another server.
        configuration.redirectConfiguration = .disallow
        configuration.timeout = HTTPClient.Configuration.Timeout(connect: .seconds(10), read: silence.map { TimeAmount($0) })
        configuration.connectionPool.retryConnectionEstablishment = false
        http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    func shutdown() async {
        do { try await http.shutdown() } catch {
            note("the connection could not be closed: \(error)")
        }
    }

    /// Sends a request and reads its response; repeats it as ``RetryPlan`` says.
    /// - Throws: ``ClientFailure``, or `CancellationError`.
    func send(_ request: ServerRequest) async throws -> ServerAnswer {
        var plan = RetryPlan()
        while true {
            do { return try await attempt(request) } catch let failure as ClientFailure {
                guard let retry = plan.next(after: failure) else { throw failure }
                note(retry.note)
                try await sleep(retry.wait)
            }
        }
    }

    /// Sends a request once and returns as soon as the head of the response is there.
    /// - Throws: ``ClientFailure``, or `CancellationError`.
    func open(_ request: ServerRequest) async throws -> HTTPClientResponse {
        var message = HTTPClientRequest(url: settings.base + request.target)
        message.method = request.method
        message.headers.add(name: "User-Agent", value: "provisioner/\(Version.current)")
        if let key = settings.key { message.headers.add(name: "X-API-KEY", value: key) }
        for (name, value) in request.headers { message.headers.add(name: name, value: value) }
        if let body = request.body {
            message.headers.add(name: "Content-Type", value: "application/json")
            message.body = .bytes(ByteBuffer(data: body))
        }
        let response: HTTPClientResponse
        do { response = try await http.execute(message, deadline: .distantFuture) } catch { throw failure(of: error) }
        guard (200..<300).contains(Int(response.status.code)) else { throw try await refusal(response) }
        hasConnected.withLock { $0 = true }
        return response
    }

    /// Translates an error of the connection; `CancellationError` stays.
    func failure(of error: any Error) -> any Error {
        if error is CancellationError || error is ClientFailure { return error }
        if Task.isCancelled || error as? HTTPClientError == .cancelled { return CancellationError() }
        let lost = ConnectionError(error)
        let mayPass = hasConnected.withLock { isConnected in
            if lost.wasConnected { isConnected = true }
            return isConnected
        }
        return ClientFailure.unreachable("\(settings.base): \(lost.reason)", mayPass: mayPass)
    }

    private func attempt(_ request: ServerRequest) async throws -> ServerAnswer {
        let response = try await open(request)
        do {
            let body = try await response.body.collect(upTo: Self.maximumBodySize)
            let type = response.headers.first(name: "Content-Type") ?? ""
            return ServerAnswer(status: Int(response.status.code), contentType: type, body: Data(buffer: body))
        } catch { throw failure(of: error) }
    }

    private func refusal(_ response: HTTPClientResponse) async throws -> ClientFailure {
        let status = Int(response.status.code)
        let body: ByteBuffer
        do { body = try await response.body.collect(upTo: Self.maximumErrorSize) } catch { throw failure(of: error) }
        do {
            let answer = try JSONDecoder().decode(ErrorAnswer.self, from: Data(buffer: body))
            hasConnected.withLock { $0 = true }
            return .refused(
                Refusal(
                    status: status,
                    body: answer,
                    requestID: response.headers.first(name: "X-Request-Id"),
                    retryAfterSeconds: response.headers.first(name: "Retry-After").flatMap { Int($0) }
                )
            )
        } catch is DecodingError { /* it is the response of something in front of the service, or of something else */  }
        let isGateway = (502...504).contains(status)
        if let place = response.headers.first(name: "Location") {
            return .unreachable("\(settings.base) redirects to \(place.prefix(200)); PROVISIONER_URL must name that", mayPass: false)
        }
        let begin = ServerAnswer.begin(of: String(buffer: body))
        return .unreachable("\(settings.base): the response is \(status) and not one of a provisioner: \(begin)", mayPass: isGateway)
    }
}
