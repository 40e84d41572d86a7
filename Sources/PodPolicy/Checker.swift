/// Collects what is wrong while a document is read, and reads typed values from it. One checker reads one document.
final class Checker {
    let settings: PodPolicySettings
    private(set) var problems: [PodSpecProblem] = []

    init(settings: PodPolicySettings) {
        self.settings = settings
    }

    func report(_ path: String, _ code: PodSpecProblem.Code, _ message: String, _ position: Position?) {
        guard problems.count < PodSpecRefusal.maximumProblems else { return }
        problems.append(PodSpecProblem(path: path, code: code, message: message, line: position?.line, column: position?.column))
    }

    /// The fields of a mapping, to be taken one by one; nil, with a problem, when it is none.
    func fields(_ element: Element, _ path: String) -> Fields? {
        guard case .mapping(let fields, let position) = element else {
            report(path, .wrongType, "must be a mapping", element.position)
            return nil
        }
        return Fields(fields, position: position, path: path)
    }

    /// Every element of a list, with its path.
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
        guard !scalar.isPlain || !YAMLTypes.isTyped(scalar.text) else {
            report(path, .wrongType, "must be a string, but YAML reads \(scalar.text.prefix(40)) as another type; put it in quotes", scalar.position)
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
        if case .scalar(let scalar) = element, scalar.isPlain {
            if scalar.text == "true" { return true }
            if scalar.text == "false" { return false }
        }
        report(path, .wrongType, "must be true or false", element.position)
        return nil
    }

    func integer(_ element: Element, _ path: String, in range: ClosedRange<Int>) -> Int? {
        guard case .scalar(let scalar) = element, scalar.isPlain, YAMLTypes.isDecimalInteger(scalar.text) else {
            report(path, .wrongType, "must be an integer", element.position)
            return nil
        }
        guard let value = Int(scalar.text), range.contains(value) else {
            report(path, .invalidValue, "is \(scalar.text.prefix(40)); must lie within \(range.lowerBound)…\(range.upperBound)", scalar.position)
            return nil
        }
        return value
    }

    /// A string that is one of a few.
    func choice(_ element: Element, _ path: String, of choices: [String]) -> String? {
        guard let text = string(element, path) else { return nil }
        guard choices.contains(text) else {
            report(path, .invalidValue, "is \"\(text.prefix(40))\"; must be one of \(choices.joined(separator: ", "))", element.position)
            return nil
        }
        return text
    }

    /// A string that follows a grammar.
    func text(_ element: Element, _ path: String, _ grammar: (String) -> Bool, _ expected: String) -> String? {
        guard let text = string(element, path) else { return nil }
        guard grammar(text) else {
            report(path, .invalidValue, "is \"\(text.prefix(80))\"; must be \(expected)", element.position)
            return nil
        }
        return text
    }

    /// Whatever was not taken is not allowed.
    func finish(_ fields: Fields) {
        for field in fields.remaining where !field.value.isNull {
            let path = fields.path(field.key)
            let reason = Refusals.reason(for: path)
            report(path, .notAllowed, reason.map { "must not be set: \($0)" } ?? "is not an allowed field", field.keyPosition)
        }
    }
}

/// The fields of one mapping that are still to be looked at.
struct Fields {
    let position: Position
    private let path: String
    private(set) var remaining: [Element.Field]

    init(_ fields: [Element.Field], position: Position, path: String) {
        remaining = fields
        self.position = position
        self.path = path
    }

    /// Takes a field out; nil when it is absent or null.
    mutating func take(_ key: String) -> Element? {
        guard let index = remaining.firstIndex(where: { $0.key == key }) else { return nil }
        let value = remaining.remove(at: index).value
        return value.isNull ? nil : value
    }

    func path(_ key: String) -> String {
        path.isEmpty ? key : "\(path).\(key)"
    }
}
