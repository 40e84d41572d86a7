/// The version of the program. The newest release in CHANGELOG.md has the same one.
enum Version {
    static let current = "0.1.0"
}
