import NIOHTTP1

extension KubernetesClient {
    /// Every object that the selectors admit, page by page. When a page's token expires meanwhile, starts again without pages.
    /// - Parameters:
    ///   - namespace: nil for all.
    ///   - limit: objects in a page.
    public func list<T: KubernetesObject>(
        _ type: T.Type,
        namespace: String? = nil,
        labelSelector: String? = nil,
        fieldSelector: String? = nil,
        limit: Int = 500
    ) async throws -> ObjectList<T> {
        var request = Request(method: .GET, path: T.resource.path(namespace: namespace))
        request.query = Query(labelSelector: labelSelector, fieldSelector: fieldSelector)
        request.query["limit"] = String(limit)
        var list = ObjectList<T>()
        while true {
            let page: ListPage<T>
            do { page = try await decode(send(request)) } catch let error as KubernetesError where error.isGone && request.isContinued {
                list = ObjectList()
                request.query["continue"] = nil
                request.query["limit"] = nil
                continue
            }
            list.add(page)
            guard let token = page.metadata.continue, !token.isEmpty else { return list }
            request.query["continue"] = token
        }
    }
}

extension Request {
    /// Whether it asks for the rest of a list.
    fileprivate var isContinued: Bool { query["continue"] != nil }
}
