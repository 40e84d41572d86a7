import NIOHTTP1

extension KubernetesClient {
    /// The number of times that a list starts, if the continue token of a page expires.
    private static let listAttempts = 3

    /// Lists every object that the selectors match, page by page. Starts again if a page's continue token expires.
    /// - Parameters:
    ///   - namespace: nil for all.
    ///   - limit: objects per page.
    ///   - maximumCount: the number of objects after which no further page is read; nil for no limit.
    ///   - transform: applied to each object when its page arrives, to drop unused fields.
    public func list<T: KubernetesObject>(
        _ type: T.Type,
        namespace: String? = nil,
        labelSelector: String? = nil,
        fieldSelector: String? = nil,
        limit: Int = 500,
        maximumCount: Int? = nil,
        transform: (T) -> T = { $0 }
    ) async throws -> ObjectList<T> {
        var request = Request(method: .GET, path: T.resource.path(namespace: namespace))
        request.isPage = true
        request.query = Query(labelSelector: labelSelector, fieldSelector: fieldSelector)
        request.query["limit"] = String(limit)
        var list = ObjectList<T>()
        var attempt = 1
        while true {
            let token = request.query["continue"]
            let page: ListPage<T>
            do { page = try await decode(send(request)) } catch let error as KubernetesError
                where error.isGone && token != nil && attempt < Self.listAttempts
            {
                attempt += 1
                list = ObjectList()
                request.query["continue"] = nil
                continue
            }
            list.add(page, transform)
            if let maximumCount, list.items.count + list.unreadable.count >= maximumCount { return list }
            guard let next = page.metadata.continue.nonEmpty else { return list }
            guard next != token else { throw KubernetesError(.decoding, "two pages of a list have the same continue token") }
            request.query["continue"] = next
        }
    }
}
