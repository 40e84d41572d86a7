/// The query of a request, in a fixed order.
struct Query: Sendable {
    private var items: [(name: String, value: String)] = []

    init(labelSelector: String? = nil, fieldSelector: String? = nil) {
        self["labelSelector"] = labelSelector
        self["fieldSelector"] = fieldSelector
    }

    subscript(name: String) -> String? {
        get { items.first { $0.name == name }?.value }
        set {
            items.removeAll { $0.name == name }
            if let newValue { items.append((name, newValue)) }
        }
    }

    /// The percent-encoded query with its question mark; empty without parameters.
    var encoded: String {
        guard !items.isEmpty else { return "" }
        return "?" + items.map { "\($0.name)=\($0.value.percentEncoded)" }.joined(separator: "&")
    }
}
