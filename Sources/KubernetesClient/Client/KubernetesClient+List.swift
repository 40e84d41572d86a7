import NIOHTTP1

extension KubernetesClient {
    /// How often a list begins again because its pages' token has expired.
    private static let listAttempts = 3

    /// Every object that the selectors admit, page by page. When a page's token expires meanwhile, the list begins again.
    /// - Parameters:
    ///   - namespace: nil for all.
    ///   - limit: objects in a page.
    ///   - transform: applied to each object as soon as its page has come, to leave out what nobody reads.
    public func list<T: KubernetesObject>(
        _ type: T.Type,
        namespace: String? = nil,
        labelSelector: String? = nil,
        fieldSelector: String? = nil,
        limit: Int = 500,
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
            guard let next = page.metadata.continue.nonEmpty else { return list }
            guard next != token else { throw KubernetesError(.decoding, "two pages of a list have the same continue token") }
            request.query["continue"] = next
        }
    }
}
