/// The version of the program, equal to the newest release in CHANGELOG.md.
enum Version {
    static let current = "0.1.0"
}
