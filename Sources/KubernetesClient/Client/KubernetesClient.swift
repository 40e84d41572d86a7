import AsyncHTTPClient
import FoundationEssentials
public import Logging
import NIOCore
import NIOFoundationCompat
import NIOHTTP1

/// Talks to one API server. Every method throws ``KubernetesError``, or `CancellationError` when its task was cancelled.
///
/// Requests share a client-side limit. An answer of 429 or 503 is tried again after its `Retry-After`, whatever the verb, because it
/// says that nothing was done; after a lost connection only verbs that can be repeated are tried again.
public final class KubernetesClient: Sendable {
    let transport: Transport
    private let limiter: RateLimiter
    private static let attempts = 4

    /// - Parameters:
    ///   - qps: requests a second on average; watches do not count.
    ///   - burst: requests that may go out at once.
    /// - Throws: ``KubernetesError`` when the certificates cannot be used.
    public init(configuration: KubernetesConfiguration, qps: Double = 100, burst: Int = 200, logger: Logger) throws {
        transport = try Transport(configuration: configuration, logger: logger)
        limiter = RateLimiter(rate: qps, burst: burst)
    }

    /// Closes the connections. The client must not be used any more.
    public func shutdown() async throws {
        try await transport.shutdown()
    }

    public func get<T: KubernetesObject>(_ type: T.Type, name: String, namespace: String?) async throws -> T {
        try await decode(send(.GET, T.resource.path(namespace: namespace, name: name)))
    }

    /// Every object that the selectors admit, page by page. When a page's token expires meanwhile, starts again without pages.
    public func list<T: KubernetesObject>(
        _ type: T.Type,
        namespace: String? = nil,
        labelSelector: String? = nil,
        fieldSelector: String? = nil,
        limit: Int = 500
    ) async throws -> ObjectList<T> {
        let path = T.resource.path(namespace: namespace)
        var query = Query(labelSelector: labelSelector, fieldSelector: fieldSelector)
        query["limit"] = String(limit)
        var items: [T] = []
        while true {
            let page: ListPage<T>
            do {
                page = try await decode(send(.GET, path, query: query))
            } catch let error as KubernetesError where error.isGone && query["continue"] != nil {
                items = []
                query["continue"] = nil
                query["limit"] = nil
                continue
            }
            items += page.items ?? []
            guard let token = page.metadata.continue, !token.isEmpty else {
                return ObjectList(items: items, resourceVersion: page.metadata.resourceVersion ?? "")
            }
            query["continue"] = token
        }
    }

    public func create<T: KubernetesObject>(_ object: T, namespace: String?) async throws -> T {
        try await create(object, as: T.self, namespace: namespace)
    }

    /// Creates an object from a body of another type, which holds fields that `T` does not.
    public func create<T: KubernetesObject>(_ body: some Encodable & Sendable, as type: T.Type, namespace: String?) async throws -> T {
        try await decode(send(.POST, T.resource.path(namespace: namespace), body: encode(body)))
    }

    /// Writes an object over the one that it was read from.
    /// - Throws: ``KubernetesError/isConflict`` when that has changed since.
    public func replace<T: KubernetesObject>(_ object: T) async throws -> T {
        let path = T.resource.path(namespace: object.metadata.namespace, name: object.metadata.name)
        return try await decode(send(.PUT, path, body: encode(object)))
    }

    /// Applies a merge patch (RFC 7386).
    public func patch<T: KubernetesObject>(
        _ type: T.Type,
        name: String,
        namespace: String?,
        mergePatch: some Encodable & Sendable,
        subresource: String? = nil
    ) async throws -> T {
        let path = T.resource.path(namespace: namespace, name: name, subresource: subresource)
        return try await decode(send(.PATCH, path, body: encode(mergePatch), contentType: "application/merge-patch+json"))
    }

    public func delete<T: KubernetesObject>(
        _ type: T.Type,
        name: String,
        namespace: String?,
        options: DeleteOptions = DeleteOptions()
    ) async throws {
        _ = try await send(.DELETE, T.resource.path(namespace: namespace, name: name), body: encode(options))
    }

    /// Asks the API server whether it is ready to serve.
    public func isReady() async throws {
        _ = try await send(.GET, "/readyz")
    }

    private func send(
        _ method: HTTPMethod,
        _ path: String,
        query: Query = Query(),
        body: ByteBuffer? = nil,
        contentType: String = "application/json"
    ) async throws -> ByteBuffer {
        var attempt = 0
        while true {
            attempt += 1
            try await limiter.wait()
            do {
                return try await transport.unary(method, path, query: query, body: body, contentType: contentType)
            } catch let error as KubernetesError where attempt < Self.attempts {
                guard let delay = Retry.delay(after: error, method: method, attempt: attempt, random: .random(in: 0..<1)) else { throw error }
                try await Task.sleep(for: delay)
            }
        }
    }

    private func encode(_ body: some Encodable) throws -> ByteBuffer {
        do { return ByteBuffer(data: try JSONEncoder.kubernetes.encode(body)) } catch {
            throw KubernetesError(.decoding, "the request cannot be written as JSON: \(error)")
        }
    }

    private func decode<T: Decodable>(_ buffer: ByteBuffer) throws -> T {
        do { return try JSONDecoder.kubernetes.decode(T.self, from: Data(buffer: buffer)) } catch {
            throw KubernetesError(.decoding, "the answer is not a \(T.self): \(error)")
        }
    }
}

extension JSONDecoder {
    static var kubernetes: JSONDecoder {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        return decoder
    }
}

extension JSONEncoder {
    static var kubernetes: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        return encoder
    }
}
