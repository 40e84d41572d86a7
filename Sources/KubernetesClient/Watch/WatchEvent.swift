import FoundationEssentials
import NIOCore
import NIOFoundationCompat

/// One line of a watch.
/// https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
public enum WatchEvent<T: KubernetesObject>: Sendable {
    /// It is new, at least to this watch.
    case added(T)
    /// It has changed.
    case modified(T)
    /// It is gone; this is how it last was.
    case deleted(T)
    /// One of the three has happened to an object that is not as `T` demands.
    case unreadable(UnreadableObject, isDeleted: Bool)
    /// Nothing changed up to this version.
    case bookmark(resourceVersion: String)
    /// The server ends the watch for this reason.
    case error(Status)
}

extension WatchEvent {
    /// - Throws: ``KubernetesError`` `decoding` when not even the object's name can be read.
    static func parse(_ line: ByteBuffer) throws -> WatchEvent<T> {
        do { return try JSONDecoder.kubernetes.decode(Line.self, from: Data(buffer: line)).event } catch let error as DecodingError {
            throw KubernetesError(.decoding, "a watch event of \(T.resource.plural): \(error.sentence)")
        }
    }

    /// The line as it is written, decoded in one go.
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

        /// Some servers put the Status itself on the line, not in an event.
        private static func bareStatus(_ decoder: any Decoder) throws -> WatchEvent<T> {
            let status = try Status(from: decoder)
            guard status.kind == "Status" else { throw KubernetesError(.decoding, "a line of a watch is no event") }
            return .error(status)
        }
    }
}

extension WatchEvent {
    /// The version that is reached with this event.
    /// - Throws: ``KubernetesError``: what the API server says instead of an event, or that there is no version.
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
