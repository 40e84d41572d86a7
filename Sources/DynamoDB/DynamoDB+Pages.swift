extension DynamoDB {
    /// Returns the pages of a query; each is read on demand.
    public func queryPaginator(_ input: QueryInput) -> QueryPages {
        QueryPages(dynamoDB: self, input: input)
    }

    /// The pages of a query. Iterating throws the errors of ``DynamoDB/query(_:)``.
    public struct QueryPages: AsyncSequence, Sendable {
        /// One page of the query.
        public typealias Element = QueryOutput

        let dynamoDB: DynamoDB
        let input: QueryInput

        /// Starts at the first page.
        public func makeAsyncIterator() -> Iterator {
            Iterator(dynamoDB: dynamoDB, next: input)
        }

        /// The position in a query.
        public struct Iterator: AsyncIteratorProtocol {
            let dynamoDB: DynamoDB
            /// The input for the next page; nil after the last one.
            var next: QueryInput?

            /// Reads the next page; nil after the last one.
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
