import Stacks

/// The findings of `provisioner adopt`, and their consequences.
struct AdoptPlan: Equatable {
    var installation: Installation
    /// The stacks that have Pods or Services.
    var objects: Set<StackID>
    var records: StackRecords

    /// The state of namespace and store, line by line.
    var report: String {
        let count = records.records.count + records.unreadable.count
        return """
            store:     installation \(installation.store), \(count) stacks
            namespace: \(installation.namespace), installation \(installation.mark ?? "none"), objects of \(objects.count) stacks

            """
    }

    /// True if the namespace does not carry the store's id yet.
    var isNeeded: Bool { installation.mark != installation.store }

    /// The reconciler's actions once the namespace belongs to the store.
    var consequence: String {
        guard let ids = records.ids else {
            return "The id of a record cannot be read, so no object without a record will be removed until that is repaired."
        }
        let orphans = objects.subtracting(ids).count
        return orphans == 0
            ? "No object will be removed as an orphan: all of them have a record."
            : "The objects of \(orphans) stacks have no record in this store and WILL BE REMOVED as orphans."
    }
}
