/// The reader of one document: collects its problems and reads typed values. Use one checker per document.
final class Checker {
    let settings: PodPolicySettings
    private(set) var problems: [PodSpecProblem] = []
    private var warnings: [PodSpecWarning] = []

    init(settings: PodPolicySettings) {
        self.settings = settings
    }

    /// The problems in the order of the document.
    var problemsByPosition: [PodSpecProblem] {
        problems.sorted { ($0.line ?? 0, $0.column ?? 0) < ($1.line ?? 0, $1.column ?? 0) }
    }

    /// The warnings in the order of the document.
    var warningsByPosition: [PodSpecWarning] {
        warnings.sorted { ($0.line ?? 0, $0.column ?? 0) < ($1.line ?? 0, $1.column ?? 0) }
    }

    func warn(_ path: String, _ message: String, _ position: Position) {
        guard warnings.count < PodSpecWarning.maximumCount else { return }
        warnings.append(PodSpecWarning(path: path, message: message, line: position.line, column: position.column))
    }

    func report(_ path: String, _ code: PodSpecProblem.Code, _ message: String, _ position: Position?) {
        guard problems.count < PodSpecRefusal.maximumProblems else { return }
        problems.append(PodSpecProblem(path: path, code: code, message: message, line: position?.line, column: position?.column))
    }

    /// Returns the fields of a mapping; nil, with a problem, for any other element.
    func fields(_ element: Element, _ path: String) -> Fields? {
        guard case .mapping(let fields, let position) = element else {
            report(path, .wrongType, path.isEmpty ? "the Pod spec must be a mapping" : "must be a mapping", element.position)
            return nil
        }
        return Fields(fields, position: position, path: path)
    }

    /// Returns the elements of a list with their paths.
    func list(_ element: Element, _ path: String, maximum: Int) -> [(element: Element, path: String)] {
        guard case .sequence(let elements, let position) = element else {
            report(path, .wrongType, "must be a list", element.position)
            return []
        }
        guard elements.count <= maximum else {
            report(path, .overMaximum, "has \(elements.count) elements; at most \(maximum) are allowed", position)
            return []
        }
        return elements.enumerated().map { ($0.element, "\(path)[\($0.offset)]") }
    }

    func string(_ element: Element, _ path: String) -> String? {
        guard case .scalar(let scalar) = element else {
            report(path, .wrongType, "must be a string", element.position)
            return nil
        }
        let type = scalar.type
        guard type == .string else {
            let found = scalar.text.isEmpty ? "nothing" : Excerpt.of(scalar.text)
            report(
                path,
                .wrongType,
                "must be a string, but Kubernetes reads \(found) without quotes as \(type.name); put it in quotes",
                scalar.position
            )
            return nil
        }
        guard !scalar.text.unicodeScalars.contains("\0") else {
            report(path, .invalidValue, "must not hold the character NUL", scalar.position)
            return nil
        }
        return scalar.text
    }

    func strings(_ element: Element, _ path: String, maximum: Int = 256) -> [String] {
        list(element, path, maximum: maximum).compactMap { string($0.element, $0.path) }
    }

    func bool(_ element: Element, _ path: String) -> Bool? {
        if case .scalar(let scalar) = element, case .bool(let value) = scalar.type { return value }
        report(path, .wrongType, "must be true or false", element.position)
        return nil
    }

    func integer(_ element: Element, _ path: String, in range: ClosedRange<Int>) -> Int? {
        guard case .scalar(let scalar) = element, case .integer(let integer) = scalar.type else {
            report(path, .wrongType, "must be an integer without quotes", element.position)
            return nil
        }
        guard let integer, let value = Int(exactly: integer), range.contains(value) else {
            report(
                path,
                .invalidValue,
                "is \(Excerpt.of(scalar.text)); must lie within \(range.lowerBound)…\(range.upperBound)",
                scalar.position
            )
            return nil
        }
        return value
    }

    /// Reads a string that must be one of `choices`.
    func choice(_ element: Element, _ path: String, of choices: [String]) -> String? {
        guard let text = string(element, path) else { return nil }
        guard let choice = choices.first(where: { $0 == text }) else {
            report(path, .invalidValue, "is \"\(Excerpt.of(text))\"; must be \(Self.alternatives(choices))", element.position)
            return nil
        }
        return choice
    }

    /// Reads a string that must match a grammar.
    func text(_ element: Element, _ path: String, _ grammar: (String) -> Bool, _ expected: String) -> String? {
        guard let text = string(element, path) else { return nil }
        guard grammar(text) else {
            report(path, .invalidValue, "is \"\(Excerpt.of(text))\"; must be \(expected)", element.position)
            return nil
        }
        return text
    }

    /// Takes a required field; nil, with a problem, if it is missing.
    func required(_ key: String, _ fields: inout Fields) -> Element? {
        if let element = fields.take(key) { return element }
        report(fields.path(key), .required, "is missing", fields.position)
        return nil
    }

    /// Rejects every field that was not taken.
    /// - Returns: true if no field was left.
    @discardableResult func finish(_ fields: Fields) -> Bool {
        let left = fields.remaining.filter { !$0.value.isNull }
        for field in left.prefix(PodSpecRefusal.maximumProblems) {
            let path = fields.path(field.key)
            let reason = Refusals.reason(for: path)
            report(path, .notAllowed, reason.map { "must not be set: \($0)" } ?? "is not an allowed field", field.keyPosition)
        }
        return left.isEmpty
    }

    private static func alternatives(_ choices: [String]) -> String {
        let quoted = choices.map { $0.isEmpty ? "\"\"" : $0 }
        return quoted.count == 1 ? quoted[0] : "one of \(quoted.joined(separator: ", "))"
    }
}

/// The fields of a mapping that are not read yet.
struct Fields {
    let position: Position
    private let path: String
    private(set) var remaining: [Element.Field]

    init(_ fields: [Element.Field], position: Position, path: String) {
        remaining = fields
        self.position = position
        self.path = path
    }

    /// Removes and returns a field; nil if it is absent or null.
    mutating func take(_ key: String) -> Element? {
        guard let index = remaining.firstIndex(where: { $0.key == key }) else { return nil }
        let value = remaining.remove(at: index).value
        return value.isNull ? nil : value
    }

    /// Returns a remaining field; nil if it is absent or null.
    func value(_ key: String) -> Element? {
        remaining.first { $0.key == key }.flatMap { $0.value.isNull ? nil : $0.value }
    }

    /// Returns true if the field is present, even if it is null.
    func names(_ key: String) -> Bool {
        remaining.contains { $0.key == key }
    }

    func path(_ key: String) -> String {
        path.isEmpty ? Excerpt.of(key) : "\(path).\(Excerpt.of(key))"
    }
}
