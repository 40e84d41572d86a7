/// What is known of a namespace and a store when the service asks whether they belong together.
///
/// A store removes only what is its own. It has an id, which the namespace bears, so that neither a store that is empty by mistake nor
/// a namespace of somebody else is tidied up.
package struct Installation: Sendable, Equatable {
    /// The annotation of the namespace that bears the id.
    package static let annotation = "ctf-provisioner.dev/installation"

    package var namespace: String
    /// The store's id.
    package var store: String
    /// What the namespace bears; nil when it bears nothing.
    package var mark: String?
    /// Whether there are Pods or Services with our labels.
    package var hasObjects: Bool
    /// Whether the store holds stacks, be it some that cannot be read.
    package var hasRecords: Bool

    package init(namespace: String, store: String, mark: String?, hasObjects: Bool, hasRecords: Bool) {
        self.namespace = namespace
        self.store = store
        self.mark = mark
        self.hasObjects = hasObjects
        self.hasRecords = hasRecords
    }

    package enum Verdict: Sendable, Equatable {
        case ours
        /// Nobody's yet: the namespace is to bear the store's id.
        case free
        /// Somebody else's, or that of a store that was lost: why, in a sentence for the operator.
        case foreign(String)
    }

    package var verdict: Verdict {
        if mark == store { return .ours }
        if let mark {
            return .foreign("namespace \(namespace) belongs to installation \(mark), and the store is that of installation \(store)")
        }
        // Before namespaces bore an id, whoever had records had made what is there.
        if hasRecords || !hasObjects { return .free }
        return .foreign(
            "namespace \(namespace) bears no installation id and holds stacks, and the store, that of installation \(store), is empty"
        )
    }
}
