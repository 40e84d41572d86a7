/// A list of objects with its resource version.
public struct ObjectList<T: KubernetesObject>: Sendable {
    /// The objects, in the API server's order.
    public var items: [T] = []
    /// Objects that exist but do not decode as `T`.
    public var unreadable: [UnreadableObject] = []
    /// The resource version from which a watch continues.
    public var resourceVersion = ""

    mutating func add(_ page: ListPage<T>, _ transform: (T) -> T) {
        for item in page.items ?? [] {
            switch item {
            case .object(let object): items.append(transform(object))
            case .unreadable(let object): unreadable.append(object)
            }
        }
        resourceVersion = page.metadata.resourceVersion
    }
}

/// One page of a list, as received.
struct ListPage<T: KubernetesObject>: Decodable {
    struct Metadata: Decodable {
        var resourceVersion: String
        var `continue`: String?
    }

    var metadata: Metadata
    /// The objects; null if there are none.
    var items: [Decoded<T>]?
}

/// The known part of an object that does not decode as its type.
public struct UnreadableObject: Sendable, Equatable {
    /// The namespace; nil for a cluster-scoped kind.
    public var namespace: String?
    /// `metadata.name`.
    public var name: String
    /// `metadata.resourceVersion`.
    public var resourceVersion: String?
    /// The path of the invalid field, and the defect.
    public var problem: String
}

/// A decoded object, or the known part of one that does not decode, so that it does not hide the others.
enum Decoded<T: KubernetesObject>: Decodable {
    case object(T)
    case unreadable(UnreadableObject)

    private struct Remains: Decodable {
        struct Metadata: Decodable {
            var namespace: String?
            var name: String
            var resourceVersion: String?
        }
        var metadata: Metadata
    }

    init(from decoder: any Decoder) throws {
        do { self = .object(try T(from: decoder)) } catch let error as DecodingError {
            let metadata = try Remains(from: decoder).metadata
            let object = UnreadableObject(
                namespace: metadata.namespace,
                name: metadata.name,
                resourceVersion: metadata.resourceVersion,
                problem: error.sentence
            )
            self = .unreadable(object)
        }
    }
}
