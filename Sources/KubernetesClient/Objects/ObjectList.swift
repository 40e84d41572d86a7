/// A list with the version of the moment at which it was true.
public struct ObjectList<T: KubernetesObject>: Sendable {
    /// The objects, in the API server's order.
    public var items: [T] = []
    /// Objects that exist but are not as `T` demands.
    public var unreadable: [UnreadableObject] = []
    /// Where a watch has to go on from.
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

/// One page of a list, as it comes.
struct ListPage<T: KubernetesObject>: Decodable {
    struct Metadata: Decodable {
        var resourceVersion: String
        var `continue`: String?
    }

    var metadata: Metadata
    /// Null when there is none.
    var items: [Decoded<T>]?
}

/// What is known of an object that is not as its type demands.
public struct UnreadableObject: Sendable, Equatable {
    /// nil for a kind without namespaces.
    public var namespace: String?
    /// Its name.
    public var name: String
    /// Its version.
    public var resourceVersion: String?
    /// Which of its fields is wrong.
    public var problem: String
}

/// An object, or what is left of it: one that cannot be read must not hide all others.
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
