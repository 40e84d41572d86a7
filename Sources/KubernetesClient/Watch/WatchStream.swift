import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// The events of one watch request. Ends when the server ends the watch; throws when the connection is lost.
public struct WatchStream<T: KubernetesObject>: AsyncSequence, Sendable {
    let open: @Sendable () async throws -> HTTPClientResponse.Body

    /// Each iterator sends a request of its own, with its first element.
    public func makeAsyncIterator() -> Iterator { Iterator(open: open) }

    /// One request.
    public struct Iterator: AsyncIteratorProtocol {
        private let open: @Sendable () async throws -> HTTPClientResponse.Body
        private var chunks: HTTPClientResponse.Body.AsyncIterator?
        private var framer = LineFramer()

        fileprivate init(open: @escaping @Sendable () async throws -> HTTPClientResponse.Body) {
            self.open = open
        }

        /// Returns when the API server has taken the watch; ``next()`` waits for that too.
        @concurrent mutating func waitUntilOpen() async throws {
            if chunks == nil { chunks = try await open().makeAsyncIterator() }
        }

        /// - Throws: ``KubernetesError``, or `CancellationError`.
        @concurrent public mutating func next() async throws -> WatchEvent<T>? {
            while true {
                if let line = try framer.next() { return try WatchEvent<T>.parse(line) }
                // What follows the last newline is the beginning of an event that never came.
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
    /// Watches from a version on. Bookmarks are asked for; the server ends the watch after 240 to 290 s.
    /// - Parameters:
    ///   - namespace: nil for all.
    ///   - isHeadSlow: whether the head of the answer may take minutes: some proxies pass it on with the first event only.
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
        // Not all at the same moment: many watches may have begun together.
        request.query["timeoutSeconds"] = String(Int.random(in: 240...290))
        return WatchStream { [transport, request] in try await transport.stream(request, isHeadSlow: isHeadSlow) }
    }
}
