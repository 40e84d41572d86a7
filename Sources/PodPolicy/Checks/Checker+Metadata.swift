extension Checker {
    /// Checks the metadata. None of it reaches the Pod, whose name, namespace and labels are set by this project.
    func metadata(_ element: Element) {
        guard var metadata = fields(element, "metadata") else { return }
        if let name = metadata.take("name") { _ = string(name, "metadata.name") }
        if let namespace = metadata.take("namespace"), let given = string(namespace, "metadata.namespace") {
            let message = "is \"\(Excerpt.of(given))\" and is left out: stacks are in the provisioner's namespace"
            warn("metadata.namespace", message, namespace.position)
        }
        leaveOut("labels", of: &metadata, "controllers, webhooks and network policies of a cluster select Pods by their labels")
        leaveOut("annotations", of: &metadata, "webhooks and runtimes of a cluster act on annotations")
        finish(metadata)
    }

    private func leaveOut(_ key: String, of fields: inout Fields, _ reason: String) {
        guard let element = fields.take(key) else { return }
        guard case .mapping(let entries, let position) = element else {
            report(fields.path(key), .wrongType, "must be a mapping", element.position)
            return
        }
        if !entries.isEmpty { warn(fields.path(key), "are left out: \(reason)", position) }
    }
}

/// Fields that are accepted and left out because they change nothing.
extension Checker {
    /// Leaves out an empty mapping, as tools print it. A mapping with content stays and is rejected.
    func leaveOutIfEmpty(_ key: String, of fields: inout Fields, _ reason: String) {
        guard let element = fields.value(key), element.isEmptyMapping else { return }
        _ = fields.take(key)
        warn(fields.path(key), "is empty and is left out: \(reason)", element.position)
    }

    /// Leaves out a forbidden field if its value is the default.
    func leaveOutDefault(_ key: String, of fields: inout Fields, _ isDefault: (Element.Scalar) -> Bool) {
        guard case .scalar(let scalar) = fields.value(key), isDefault(scalar) else { return }
        _ = fields.take(key)
    }

    func leaveOutDefault(_ key: String, of fields: inout Fields, _ value: String) {
        leaveOutDefault(key, of: &fields) { $0.type == .string && $0.text == value }
    }
}
