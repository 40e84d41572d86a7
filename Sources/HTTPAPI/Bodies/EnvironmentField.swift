import PodPolicy

/// The field `env`: environment variables of every container. No message shows a value.
enum EnvironmentField {
    private static let allowed =
        "an object of at most \(PodEnvironment.maximumCount) names and texts, with \(PodEnvironment.maximumSize) bytes in all"

    /// - Returns: an empty dictionary if the field is missing or null; nil after a problem.
    static func read(_ reader: inout FieldReader) throws -> [String: String]? {
        let name = "env"
        guard try !reader.isAbsent(name) else { return [:] }
        guard let object = try reader.fields.object(name) else {
            reader.problem(name, "is \(try reader.fields.value(name)?.kind ?? "missing"); must be \(allowed)")
            return nil
        }
        let names = object.names
        guard names.count <= PodEnvironment.maximumCount else {
            reader.problem(name, "has \(names.count) variables; must be \(allowed)")
            return nil
        }
        var fields = FieldReader(object, path: name + ".")
        var environment: [String: String] = [:]
        for name in names {
            guard PodEnvironment.isName(name) else {
                fields.problem(
                    String(String.UnicodeScalarView(name.unicodeScalars.prefix(80))),
                    "is no name of a variable; must consist of letters, digits and _, and not begin with a digit"
                )
                continue
            }
            let found = try object.value(name)
            if let value = found?.string, !value.unicodeScalars.contains("\0") {
                environment[name] = value
            } else {
                fields.problem(name, "is \(found?.kind ?? "missing"); must be a text without the character U+0000")
            }
        }
        reader.add(fields.problems)
        guard fields.problems.isEmpty else { return nil }
        let size = environment.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count }
        guard size <= PodEnvironment.maximumSize else {
            reader.problem(name, "has \(size) bytes; must be \(allowed)")
            return nil
        }
        return environment
    }
}
