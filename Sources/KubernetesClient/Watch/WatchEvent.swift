import FoundationEssentials
import NIOCore
import NIOFoundationCompat

/// One line of a watch.
/// https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
public enum WatchEvent<T: KubernetesObject>: Sendable {
    /// The object is new, at least to this watch.
    case added(T)
    /// The object has changed.
    case modified(T)
    /// The object is gone; the value is its last version.
    case deleted(T)
    /// An event of an object that does not decode as `T`.
    case unreadable(UnreadableObject, isDeleted: Bool)
    /// No change up to this version.
    case bookmark(resourceVersion: String)
    /// The server ends the watch with this status.
    case error(Status)
}

extension WatchEvent {
    /// Parses a line.
    /// - Throws: ``KubernetesError`` `decoding` if not even the object's name is readable.
    static func parse(_ line: ByteBuffer) throws -> WatchEvent<T> {
        do { return try JSONDecoder.kubernetes.decode(Line.self, from: Data(buffer: line)).event } catch let error as DecodingError {
            throw KubernetesError(.decoding, "a watch event of \(T.resource.plural): \(error.sentence)")
        }
    }

    /// The structure of a line, decoded in one pass.
    private struct Line: Decodable {
        var event: WatchEvent<T>

        private enum Key: String, CodingKey {
            case type, object
        }

        private struct Bookmark: Decodable {
            struct Metadata: Decodable {
                var resourceVersion: String
            }
            var metadata: Metadata
        }

        init(from decoder: any Decoder) throws {
            let line = try decoder.container(keyedBy: Key.self)
            guard line.contains(.type) else {
                event = try Self.bareStatus(decoder)
                return
            }
            let type = try line.decode(String.self, forKey: .type)
            switch type {
            case "ADDED": event = try Self.event(line) { .added($0) }
            case "MODIFIED": event = try Self.event(line) { .modified($0) }
            case "DELETED": event = try Self.event(line, isDeleted: true) { .deleted($0) }
            case "BOOKMARK": event = .bookmark(resourceVersion: try line.decode(Bookmark.self, forKey: .object).metadata.resourceVersion)
            case "ERROR": event = .error(try line.decode(Status.self, forKey: .object))
            default: throw KubernetesError(.decoding, "unknown watch event \(type.prefix(40))")
            }
        }

        private static func event(
            _ line: KeyedDecodingContainer<Key>,
            isDeleted: Bool = false,
            _ make: (T) -> WatchEvent<T>
        ) throws -> WatchEvent<T> {
            switch try line.decode(Decoded<T>.self, forKey: .object) {
            case .object(let object): make(object)
            case .unreadable(let object): .unreadable(object, isDeleted: isDeleted)
            }
        }

        /// Parses a line that is a Status without an event around it, as some servers send.
        private static func bareStatus(_ decoder: any Decoder) throws -> WatchEvent<T> {
            let status = try Status(from: decoder)
            guard status.kind == "Status" else { throw KubernetesError(.decoding, "a line of a watch is no event") }
            return .error(status)
        }
    }
}

extension WatchEvent {
    /// Returns the resource version of this event.
    /// - Throws: ``KubernetesError`` with the server's status, or if there is no version.
    func version() throws -> String {
        let version: String?
        switch self {
        case .added(let object), .modified(let object), .deleted(let object): version = object.metadata.resourceVersion
        case .unreadable(let object, _): version = object.resourceVersion
        case .bookmark(let told): version = told
        case .error(let status):
            throw KubernetesError(.status, status.message ?? "the watch was ended", code: status.code, status: status)
        }
        guard let version = version.nonEmpty else {
            throw KubernetesError(.decoding, "an object in a watch event has no resourceVersion")
        }
        return version
    }
}
