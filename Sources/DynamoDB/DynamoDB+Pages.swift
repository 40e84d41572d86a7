extension DynamoDB {
    /// Every page of a query, each read when it is asked for.
    public func queryPaginator(_ input: QueryInput) -> QueryPages {
        QueryPages(dynamoDB: self, input: input)
    }

    /// The pages of a query. Iterating throws what ``DynamoDB/query(_:)`` throws.
    public struct QueryPages: AsyncSequence, Sendable {
        /// One page.
        public typealias Element = QueryOutput

        let dynamoDB: DynamoDB
        let input: QueryInput

        /// Begins with the first page.
        public func makeAsyncIterator() -> Iterator {
            Iterator(dynamoDB: dynamoDB, next: input)
        }

        /// Remembers where to go on.
        public struct Iterator: AsyncIteratorProtocol {
            let dynamoDB: DynamoDB
            /// nil after the last page.
            var next: QueryInput?

            /// Reads one page.
            public mutating func next() async throws -> QueryOutput? {
                guard let input = next else { return nil }
                let page = try await dynamoDB.query(input)
                next = page.lastEvaluatedKey.map { key in
                    var following = input
                    following.exclusiveStartKey = key
                    return following
                }
                return page
            }
        }
    }
}
