/// The identity of a namespace and a store, compared before the service deletes anything.
///
/// Each store has an id, and its namespace carries that id in an annotation. Neither an empty store opened by mistake nor a foreign
/// namespace can thereby lead to the deletion of stacks.
package struct Installation: Sendable, Equatable {
    /// The namespace annotation with the store's id.
    package static let annotation = "ctf-provisioner.dev/installation"

    package var namespace: String
    /// The id of the store.
    package var store: String
    /// The value of the namespace's annotation; nil if it has none.
    package var mark: String?
    /// True if the namespace has Pods or Services with this provisioner's labels.
    package var hasObjects: Bool
    /// True if the store holds stacks, including unreadable ones.
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
        /// The namespace has no id yet and may be marked with the store's id.
        case free
        /// The namespace belongs to another store, or to one that was lost. The value is a sentence for the operator.
        case foreign(String)
    }

    package var verdict: Verdict {
        if mark == store { return .ours }
        if let mark {
            return .foreign("namespace \(namespace) belongs to installation \(mark), and the store is that of installation \(store)")
        }
        // Earlier versions did not mark the namespace: there, a store with records is the owner of the objects.
        if hasRecords || !hasObjects { return .free }
        return .foreign(
            "namespace \(namespace) has no installation id and holds stacks, and the store, that of installation \(store), is empty"
        )
    }
}
