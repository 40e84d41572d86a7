/// Hides the values of an environment in texts of others, such as the API server's message about a refused Pod.
///
/// Such a text may quote, escape or shorten a value. So eight characters of a value in a row are hidden wherever they stand, and a shorter
/// value as a whole. A value of less than four characters is not looked for: it would be found in every text.
package struct Redaction: Sendable {
    private static let shortest = 4
    private static let longest = 8

    /// The runs of characters to hide, by length.
    private var runs: [Int: Set<[Unicode.Scalar]>] = [:]

    /// Hides nothing.
    package static let none = Redaction([String]())

    /// - Parameter values: the values as the caller gave them.
    package init(_ values: some Sequence<String>) {
        for form in Set(Set(values).flatMap(Self.forms)) where form.count >= Self.shortest {
            let length = min(form.count, Self.longest)
            for start in 0...(form.count - length) { runs[length, default: []].insert(Array(form[start..<start + length])) }
        }
    }

    /// - Parameter literals: the values as a Pod has them, with every `$` doubled.
    package init(literals: some Sequence<String>) {
        self.init(literals.map(PodEnvironment.value(ofLiteral:)))
    }

    /// Returns the text with ``PodEnvironment/hidden`` in place of the values.
    package func callAsFunction(_ text: String) -> String {
        guard !runs.isEmpty else { return text }
        let scalars = Array(text.unicodeScalars)
        // The end of the last run that was found.
        var hiddenUntil = -1
        var result = String.UnicodeScalarView()
        for place in scalars.indices {
            for (length, runs) in runs where place + length <= scalars.count && runs.contains(Array(scalars[place..<place + length])) {
                if place > hiddenUntil { result.append(contentsOf: PodEnvironment.hidden.unicodeScalars) }
                hiddenUntil = max(hiddenUntil, place + length)
            }
            if place >= hiddenUntil { result.append(scalars[place]) }
        }
        return String(result)
    }

    /// The value as it is, as the manifest has it, and both in quotes as Go's `%q` and Go's JSON write them.
    private static func forms(_ value: String) -> [[Unicode.Scalar]] {
        [value, PodEnvironment.literal(value)].flatMap { text in
            let plain = Array(text.unicodeScalars)
            return [plain, plain.flatMap { escapes[$0] ?? [$0] }, plain.flatMap { escapes[$0] ?? jsonEscapes[$0] ?? [$0] }]
        }
    }

    private static let escapes: [Unicode.Scalar: [Unicode.Scalar]] = [
        "\"": ["\\", "\""], "\\": ["\\", "\\"], "\n": ["\\", "n"], "\r": ["\\", "r"], "\t": ["\\", "t"],
    ]
    private static let jsonEscapes: [Unicode.Scalar: [Unicode.Scalar]] = [
        "<": ["\\", "u", "0", "0", "3", "c"], ">": ["\\", "u", "0", "0", "3", "e"], "&": ["\\", "u", "0", "0", "2", "6"],
    ]
}
