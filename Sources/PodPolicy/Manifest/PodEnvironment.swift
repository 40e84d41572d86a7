/// The rules for the environment that a caller sets beside the spec: secrets such as the flag of one user.
public enum PodEnvironment {
    /// The maximum number of variables.
    public static let maximumCount = 32
    /// The maximum size of all names and values together, in bytes of UTF-8.
    public static let maximumSize = 16 * 1024
    /// The text that people see in place of a value.
    public static let hidden = "<hidden>"

    /// Returns true for letters, digits and `_`, not beginning with a digit.
    public static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, !Grammar.isDigit(first) else { return false }
        return text.utf8.allSatisfy { Grammar.isAlphanumeric($0) || $0 == UInt8(ascii: "_") }
    }

    /// Returns the text that Kubernetes expands to `value`: it replaces `$(NAME)` and reads `$$` as `$`, so each `$` is doubled. By scalar,
    /// since a `$` with a combining mark is another character.
    /// https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/
    static func literal(_ value: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in value.unicodeScalars { result.append(contentsOf: scalar == "$" ? ["$", "$"] : [scalar]) }
        return String(result)
    }

    /// Returns the value of which ``literal(_:)`` made `text`.
    static func value(ofLiteral text: String) -> String {
        var result = String.UnicodeScalarView()
        var isEscaped = false
        for scalar in text.unicodeScalars {
            isEscaped = scalar == "$" && !isEscaped
            if !isEscaped { result.append(scalar) }
        }
        return String(result)
    }
}

extension PodManifest.Container {
    /// Returns the container with these variables in place of those of the same name. They come first, so that every `$(NAME)` in the
    /// spec's own variables finds them.
    func setting(_ environment: [String: String]) -> PodManifest.Container {
        guard !environment.isEmpty else { return self }
        var container = self
        let given = environment.sorted { $0.key < $1.key }.map { name, value in
            PodManifest.EnvironmentVariable(name: name, value: PodEnvironment.literal(value))
        }
        container.env = given + (env ?? []).filter { environment[$0.name] == nil }
        return container
    }
}

extension PodManifest {
    /// The manifest with ``PodEnvironment/hidden`` in place of the caller's values.
    var hidingEnvironment: PodManifest {
        guard !environment.isEmpty else { return self }
        var manifest = self
        func hiding(_ container: Container) -> Container {
            var container = container
            container.env = container.env?.map {
                environment[$0.name] == nil ? $0 : EnvironmentVariable(name: $0.name, value: PodEnvironment.hidden)
            }
            return container
        }
        manifest.spec.containers = spec.containers.map(hiding)
        manifest.spec.initContainers = spec.initContainers?.map(hiding)
        return manifest
    }
}

extension PodManifest: CustomStringConvertible {
    /// Only the name, so that no log line shows a value of the environment.
    public var description: String { "Pod \(metadata.name)" }
}
