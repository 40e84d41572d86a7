/// Reads the fields of a JSON object and collects every problem, so that the caller sees all of them at once.
struct FieldReader {
    let fields: JSONObject
    /// The path of the object, with a final point; empty for the whole body.
    private let path: String
    private(set) var problems: [String] = []

    init(_ fields: JSONObject, path: String = "") {
        self.fields = fields
        self.path = path
    }

    mutating func problem(_ name: String, _ sentence: String) { problems.append("\(path)\(name): \(sentence)") }

    /// Adds the problems of an inner object, which begin with its own path.
    mutating func add(_ inner: [String]) { problems += inner }

    /// Returns true for a field that is missing or null.
    func isAbsent(_ name: String) throws -> Bool {
        switch try fields.value(name) {
        case nil, .null: true
        default: false
        }
    }

    /// Reads a required field.
    /// - Parameter allowed: the allowed values in words.
    /// - Returns: nil after a problem.
    mutating func value<Value>(_ name: String, _ allowed: String, _ read: (JSONValue) throws -> Value?) throws -> Value? {
        guard let found = try fields.value(name) else {
            problem(name, "is missing; must be \(allowed)")
            return nil
        }
        guard let value = try read(found) else {
            problem(name, "is \(found.found); must be \(allowed)")
            return nil
        }
        return value
    }

    /// Reads a field that may be missing or null.
    mutating func optional<Value>(_ name: String, _ allowed: String, _ read: (JSONValue) throws -> Value?) throws -> Value? {
        try isAbsent(name) ? nil : try value(name, allowed, read)
    }

    mutating func positiveInteger(_ name: String) throws -> Int64? {
        try value(name, "a positive 64-bit integer") { $0.integer.flatMap { $0 > 0 ? $0 : nil } }
    }
}
