import AsyncHTTPClient
import FoundationEssentials
import NIOCore
import NIOFoundationCompat

/// One line of a watch.
public enum WatchEvent<T: KubernetesObject>: Sendable {
    case added(T)
    case modified(T)
    case deleted(T)
    /// Nothing changed up to this version.
    case bookmark(resourceVersion: String)
    /// The server ends the watch for this reason.
    case error(Status)

    /// - Throws: ``KubernetesError`` `decoding`.
    static func parse(_ line: ByteBuffer) throws -> WatchEvent<T> {
        let data = Data(buffer: line)
        do {
            let decoder = JSONDecoder.kubernetes
            switch try decoder.decode(Line<Unread>.self, from: data).type {
            case "ADDED": return .added(try decoder.decode(Line<T>.self, from: data).object)
            case "MODIFIED": return .modified(try decoder.decode(Line<T>.self, from: data).object)
            case "DELETED": return .deleted(try decoder.decode(Line<T>.self, from: data).object)
            case "BOOKMARK":
                let version = try decoder.decode(Line<VersionOnly>.self, from: data).object.metadata.resourceVersion
                return .bookmark(resourceVersion: version)
            case "ERROR": return .error(try decoder.decode(Line<Status>.self, from: data).object)
            case let type: throw KubernetesError(.decoding, "unknown watch event \(type.prefix(40))")
            }
        } catch let error as DecodingError {
            throw KubernetesError(.decoding, "a watch event of \(T.resource.plural) cannot be read: \(error)")
        }
    }

    private struct Line<Object: Decodable>: Decodable {
        var type: String
        var object: Object
    }

    private struct Unread: Decodable {
        init(from decoder: any Decoder) {}
    }

    private struct VersionOnly: Decodable {
        struct Metadata: Decodable {
            var resourceVersion: String
        }
        var metadata: Metadata
    }
}

/// The events of one watch request. Ends when the server ends the watch; throws when the connection is lost.
public struct WatchStream<T: KubernetesObject>: AsyncSequence, Sendable {
    let open: @Sendable () async throws -> HTTPClientResponse.Body

    public func makeAsyncIterator() -> Iterator { Iterator(open: open) }

    public struct Iterator: AsyncIteratorProtocol {
        fileprivate let open: @Sendable () async throws -> HTTPClientResponse.Body
        private var chunks: HTTPClientResponse.Body.AsyncIterator?
        private var framer = LineFramer()

        fileprivate init(open: @escaping @Sendable () async throws -> HTTPClientResponse.Body) {
            self.open = open
        }

        @concurrent public mutating func next() async throws -> WatchEvent<T>? {
            while true {
                if let line = try framer.next() { return try WatchEvent<T>.parse(line) }
                guard let chunk = try await nextChunk() else { return nil }
                framer.append(chunk)
            }
        }

        @concurrent private mutating func nextChunk() async throws -> ByteBuffer? {
            if chunks == nil { chunks = try await open().makeAsyncIterator() }
            do { return try await chunks?.next() } catch { throw Transport.translate(error) }
        }
    }
}

extension KubernetesClient {
    /// Watches from a version on. Bookmarks are asked for; the server ends the watch after 290 s.
    public func watch<T: KubernetesObject>(
        _ type: T.Type,
        namespace: String? = nil,
        labelSelector: String? = nil,
        fieldSelector: String? = nil,
        resourceVersion: String
    ) -> WatchStream<T> {
        var query = Query(labelSelector: labelSelector, fieldSelector: fieldSelector)
        query["watch"] = "1"
        query["allowWatchBookmarks"] = "true"
        query["resourceVersion"] = resourceVersion
        query["timeoutSeconds"] = "290"
        let path = T.resource.path(namespace: namespace)
        return WatchStream { [transport, query] in try await transport.stream(path, query: query) }
    }
}
