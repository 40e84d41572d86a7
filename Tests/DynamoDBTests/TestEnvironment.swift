@testable import DynamoDB

extension AWSEnvironment {
    /// Variables and files of a test; there are no others.
    static func test(_ variables: [String: String], files: [String: String] = [:]) -> AWSEnvironment {
        AWSEnvironment(["HOME": "/home"].merging(variables) { $1 }, contents: { files[$0] })
    }
}
