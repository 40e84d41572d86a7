import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// The events of one watch request. Ends when the server ends the watch; throws if the connection is lost.
public struct WatchStream<T: KubernetesObject>: AsyncSequence, Sendable {
    let open: @Sendable () async throws -> HTTPClientResponse.Body

    /// Each iterator sends its own request, with its first element.
    public func makeAsyncIterator() -> Iterator { Iterator(open: open) }

    /// One watch request.
    public struct Iterator: AsyncIteratorProtocol {
        private let open: @Sendable () async throws -> HTTPClientResponse.Body
        private var chunks: HTTPClientResponse.Body.AsyncIterator?
        private var framer = LineFramer()

        fileprivate init(open: @escaping @Sendable () async throws -> HTTPClientResponse.Body) {
            self.open = open
        }

        /// Waits until the API server has accepted the watch; ``next()`` does so as well.
        @concurrent mutating func waitUntilOpen() async throws {
            if chunks == nil { chunks = try await open().makeAsyncIterator() }
        }

        /// - Throws: ``KubernetesError``, or `CancellationError`.
        @concurrent public mutating func next() async throws -> WatchEvent<T>? {
            while true {
                if let line = try framer.next() { return try WatchEvent<T>.parse(line) }
                // Bytes after the last newline are an incomplete event and are dropped.
                guard let chunk = try await nextChunk() else { return nil }
                framer.append(chunk)
            }
        }

        @concurrent private mutating func nextChunk() async throws -> ByteBuffer? {
            try await waitUntilOpen()
            do { return try await chunks?.next() } catch { throw Transport.translate(error) }
        }
    }
}

extension KubernetesClient {
    /// Watches from a version on. Requests bookmarks; the server ends the watch after 240 to 290 s.
    /// - Parameters:
    ///   - namespace: nil for all.
    ///   - isHeadSlow: true if the response head may take minutes: some proxies delay it until the first event.
    public func watch<T: KubernetesObject>(
        _ type: T.Type,
        namespace: String? = nil,
        labelSelector: String? = nil,
        fieldSelector: String? = nil,
        resourceVersion: String,
        isHeadSlow: Bool = false
    ) -> WatchStream<T> {
        var request = Request(method: .GET, path: T.resource.path(namespace: namespace))
        request.query = Query(labelSelector: labelSelector, fieldSelector: fieldSelector)
        request.query["watch"] = "1"
        request.query["allowWatchBookmarks"] = "true"
        request.query["resourceVersion"] = resourceVersion
        // Random, so that watches that started together do not end together.
        request.query["timeoutSeconds"] = String(Int.random(in: 240...290))
        return WatchStream { [transport, request] in try await transport.stream(request, isHeadSlow: isHeadSlow) }
    }
}
