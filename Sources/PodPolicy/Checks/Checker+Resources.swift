/// The requests of a container or a Pod.
struct ResourceRequest: Equatable {
    var cpuMilli: Int64 = 0
    var memoryBytes: Int64 = 0
    /// 0 if the spec requests none.
    var ephemeralStorageBytes: Int64 = 0
}

/// A quantity of the spec with its place.
struct Amount {
    var quantity: Quantity
    var text: String
    var path: String
    var position: Position
}

extension Checker {
    private static let names = ["cpu", "memory", "ephemeral-storage"]
    /// The smallest memory amount with which a container starts.
    private static let minimumMemoryBytes: Int64 = 4 << 20
    /// The size of a page, and of a block of most file systems.
    static let minimumStorageBytes: Int64 = 4 << 10

    /// Reads requests and limits of a container and makes both the larger of the two, so that the Pod's quality of service is Guaranteed.
    func resources(_ element: Element?, _ path: String, _ position: Position) -> ResourceRequest? {
        var amounts: [String: Amount] = [:]
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
        var request = ResourceRequest(ephemeralStorageBytes: settings.defaultEphemeralStorageBytes)
        request.cpuMilli = amounts["cpu"]?.quantity.milliValue() ?? 0
        if let memory = amounts["memory"] {
            request.memoryBytes = bytes(memory, atLeast: Self.minimumMemoryBytes, hintAtMost: settings.maximumMemoryBytes)
        }
        if let storage = amounts["ephemeral-storage"] {
            let maximum = settings.maximumEphemeralStorageBytes
            request.ephemeralStorageBytes = bytes(storage, atLeast: Self.minimumStorageBytes, hintAtMost: maximum)
        }
        return request
    }

    private func read(_ element: Element, _ path: String, into amounts: inout [String: Amount], _ unreadable: inout Set<String>) {
        guard var fields = fields(element, path) else {
            unreadable.formUnion(Self.names)
            return
        }
        for name in Self.names {
            guard let value = fields.take(name) else { continue }
            guard let amount = amount(value, "\(path).\(name)") else {
                unreadable.insert(name)
                continue
            }
            if let other = amounts[name], other.quantity >= amount.quantity { continue }
            amounts[name] = amount
        }
        finish(fields)
    }

    /// Reads a positive quantity, written as a string or as a number.
    func amount(_ element: Element, _ path: String) -> Amount? {
        guard case .scalar(let scalar) = element, let quantity = Self.quantity(scalar) else {
            report(path, .invalidValue, "must be a Kubernetes quantity such as 500m, 0.5 or 128Mi, of at most 64 bits", element.position)
            return nil
        }
        guard !quantity.isNegative, !quantity.isZero else {
            report(path, .invalidValue, "is \(Excerpt.of(scalar.text)); must be greater than 0", element.position)
            return nil
        }
        return Amount(quantity: quantity, text: scalar.text, path: path, position: element.position)
    }

    /// Parses a scalar. Without quotes, `010` is the number 8 and `1_000` is 1000.
    private static func quantity(_ scalar: Element.Scalar) -> Quantity? {
        switch scalar.type {
        case .string: Quantity(scalar.text)
        case .float: Quantity(YAMLType.withoutUnderscores(scalar.text))
        case .integer(let value): value.flatMap { Quantity(String($0)) }
        case .null, .bool: nil
        }
    }

    /// Rejects byte amounts so small that another unit was meant: `64m` is 64 thousandths of a byte, and `512` is less than a page.
    func bytes(_ amount: Amount, atLeast minimum: Int64, hintAtMost maximum: Int64) -> Int64 {
        let bytes = amount.quantity.value()
        guard bytes < minimum else { return bytes }
        let number = amount.text.prefix { $0 == "." || $0.isASCII && $0.isNumber }
        let meant = ["Mi", "Gi"].map { number + $0 }.first { meant in
            Quantity(String(meant)).map { $0.value() >= minimum && $0.value() <= maximum } ?? false
        }
        let found = Excerpt.of(amount.text) + (amount.text.hasSuffix("m") ? ", which is thousandths of a byte" : "")
        let question = meant.map { "; did you mean \(Excerpt.of(String($0)))?" } ?? ""
        report(amount.path, .invalidValue, "is \(found); must be at least \(Quantity.bytes(minimum))\(question)", amount.position)
        return bytes
    }

    /// Returns the Pod's total, within the maxima: the larger of all containers together and the largest init container, plus the volumes,
    /// which exist for both. Volumes in memory count as memory, others as ephemeral storage.
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

    /// Adds the volumes on disk to the storage limit of one container that has a limit, and to that of each init container. The kubelet
    /// evicts a Pod that writes more, including its volumes, than its containers' limits together, and init containers run one by one.
    func giveRoom(for volumes: [CheckedVolume], to main: inout [CheckedContainer], _ initial: inout [CheckedContainer]) {
        let bytes = Self.sum(volumes.filter { !$0.isInMemory }.map(\.bytes))
        if let first = main.firstIndex(where: { $0.request.ephemeralStorageBytes > 0 }) { main[first].addStorage(bytes) }
        for index in initial.indices where initial[index].request.ephemeralStorageBytes > 0 { initial[index].addStorage(bytes) }
    }

    /// Returns the sum, clamped to 64 bits.
    static func sum(_ amounts: [Int64]) -> Int64 {
        amounts.reduce(0) { sum, amount in
            let (result, overflow) = sum.addingReportingOverflow(amount)
            return overflow ? .max : result
        }
    }
}

extension CheckedContainer {
    fileprivate mutating func addStorage(_ bytes: Int64) {
        request.ephemeralStorageBytes = Checker.sum([request.ephemeralStorageBytes, bytes])
        manifest.resources = PodManifest.Resources(request)
    }
}

extension PodManifest.Resources {
    init(_ request: ResourceRequest) {
        let list = PodManifest.ResourceList(
            cpu: Quantity.cpu(milli: request.cpuMilli),
            memory: Quantity.bytes(request.memoryBytes),
            ephemeralStorage: request.ephemeralStorageBytes > 0 ? Quantity.bytes(request.ephemeralStorageBytes) : nil
        )
        self.init(requests: list, limits: list)
    }
}
