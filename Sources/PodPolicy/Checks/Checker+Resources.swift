/// What a container or a Pod asks for.
struct ResourceRequest: Equatable {
    var cpuMilli: Int64 = 0
    var memoryBytes: Int64 = 0
    var ephemeralStorageBytes: Int64 = 0
}

extension Checker {
    private static let names = ["cpu", "memory", "ephemeral-storage"]

    /// Requests and limits of a container, made equal: the larger of the two counts, so that the Pod's quality of service is Guaranteed.
    func resources(_ element: Element?, _ path: String, _ position: Position) -> (
        manifest: PodManifest.Resources, request: ResourceRequest
    )? {
        var amounts: [String: Quantity] = [:]
        var unreadable: Set<String> = []
        if let element {
            guard var fields = fields(element, path) else { return nil }
            for kind in ["requests", "limits"] {
                guard let list = fields.take(kind) else { continue }
                read(list, "\(path).\(kind)", into: &amounts, &unreadable)
            }
            finish(fields)
        }
        for name in ["cpu", "memory"] where amounts[name] == nil && !unreadable.contains(name) {
            report("\(path).limits.\(name)", .required, "is missing; every container needs \(name) as a request or a limit", position)
        }
        var request = ResourceRequest()
        request.cpuMilli = amounts["cpu"]?.milliValue() ?? 0
        request.memoryBytes = amounts["memory"]?.value() ?? 0
        request.ephemeralStorageBytes = amounts["ephemeral-storage"]?.value() ?? settings.defaultEphemeralStorageBytes
        return (PodManifest.Resources(request), request)
    }

    private func read(_ element: Element, _ path: String, into amounts: inout [String: Quantity], _ unreadable: inout Set<String>) {
        guard var fields = fields(element, path) else {
            unreadable.formUnion(Self.names)
            return
        }
        for name in Self.names {
            guard let value = fields.take(name) else { continue }
            guard let quantity = quantity(value, "\(path).\(name)") else {
                unreadable.insert(name)
                continue
            }
            amounts[name] = max(amounts[name] ?? quantity, quantity)
        }
        finish(fields)
    }

    /// A positive quantity, written as a string or as a number.
    func quantity(_ element: Element, _ path: String) -> Quantity? {
        guard case .scalar(let scalar) = element, let quantity = Self.quantity(scalar) else {
            report(path, .invalidValue, "must be a Kubernetes quantity such as 500m, 0.5 or 128Mi, of at most 64 bits", element.position)
            return nil
        }
        guard !quantity.isNegative, !quantity.isZero else {
            report(path, .invalidValue, "is \(Excerpt.of(scalar.text)); must be greater than 0", element.position)
            return nil
        }
        return quantity
    }

    /// Without quotes, `010` is the number 8 and `1_000` is 1000.
    private static func quantity(_ scalar: Element.Scalar) -> Quantity? {
        switch scalar.type {
        case .string: Quantity(scalar.text)
        case .float: Quantity(YAMLType.withoutUnderscores(scalar.text))
        case .integer(let value): value.flatMap { Quantity(String($0)) }
        case .null, .bool: nil
        }
    }

    /// The larger of the containers together and the largest init container, and the volumes, which are there for both; within the
    /// maxima. Volumes in memory count as memory, the others as ephemeral storage.
    func total(of main: [CheckedContainer], _ initial: [CheckedContainer], _ volumes: [CheckedVolume], _ position: Position)
        -> ResourceRequest
    {
        var total = ResourceRequest()
        for (field, name, maximum) in [
            (\ResourceRequest.cpuMilli, "cpu", settings.maximumCPUMilli),
            (\ResourceRequest.memoryBytes, "memory", settings.maximumMemoryBytes),
            (\ResourceRequest.ephemeralStorageBytes, "ephemeral-storage", settings.maximumEphemeralStorageBytes),
        ] {
            let containers = max(Self.sum(main.map { $0.request[keyPath: field] }), initial.map { $0.request[keyPath: field] }.max() ?? 0)
            let counted = name == "cpu" ? [] : volumes.filter { $0.isInMemory == (name == "memory") }
            total[keyPath: field] = Self.sum([containers] + counted.map(\.bytes))
            guard total[keyPath: field] > maximum else { continue }
            let print = name == "cpu" ? Quantity.cpu(milli:) : Quantity.bytes
            report(
                "spec.containers",
                .overMaximum,
                "the Pod requests \(print(total[keyPath: field])) of \(name); at most \(print(maximum)) are allowed",
                position
            )
        }
        return total
    }

    /// The sum; what does not fit in 64 bits is the largest number that does.
    private static func sum(_ amounts: [Int64]) -> Int64 {
        amounts.reduce(0) { sum, amount in
            let (result, overflow) = sum.addingReportingOverflow(amount)
            return overflow ? .max : result
        }
    }
}

extension PodManifest.Resources {
    init(_ request: ResourceRequest) {
        let list = PodManifest.ResourceList(
            cpu: Quantity.cpu(milli: request.cpuMilli),
            memory: Quantity.bytes(request.memoryBytes),
            ephemeralStorage: Quantity.bytes(request.ephemeralStorageBytes)
        )
        self.init(requests: list, limits: list)
    }
}
