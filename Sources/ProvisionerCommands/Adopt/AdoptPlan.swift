import Stacks

/// What `provisioner adopt` has found, and what will come of it.
struct AdoptPlan: Equatable {
    var installation: Installation
    /// The stacks of which there are Pods or Services.
    var objects: Set<StackID>
    var records: StackRecords

    /// Both sides, line by line.
    var report: String {
        let count = records.records.count + records.unreadable.count
        return """
            store:     installation \(installation.store), \(count) stacks
            namespace: \(installation.namespace), installation \(installation.mark ?? "none"), objects of \(objects.count) stacks

            """
    }

    /// Whether anything has to be done.
    var isNeeded: Bool { installation.mark != installation.store }

    /// What the reconciler will do once the namespace is the store's.
    var consequence: String {
        guard let ids = records.ids else {
            return "The id of a record cannot be read, so no object will be removed for want of a record until that is mended."
        }
        let orphans = objects.subtracting(ids).count
        return orphans == 0
            ? "No object will be removed as an orphan: all of them have a record."
            : "The objects of \(orphans) stacks have no record in this store and WILL BE REMOVED as orphans."
    }
}
