import KubernetesClient
import PodPolicy
import Stacks

extension Check {
    /// The check of quotas and limit ranges against the largest stack.
    static func limits(quotas: Answer<[ResourceQuota]>, ranges: Answer<[LimitRange]>, _ settings: DoctorSettings) -> Check {
        let name = "limits"
        guard let quotas = quotas.value, let ranges = ranges.value else {
            // The service does not need these rights: the dry runs tell whether a stack passes.
            let obstacles = [quotas.obstacle(name), ranges.obstacle(name)].compactMap { $0 }
            return obstacles.first { $0.state == .unknown }
                ?? Check(name, .ok, "quotas and limit ranges may not be read with these rights; the dry runs obey them")
        }
        let problems = quotas.flatMap { exhausted($0, settings) } + ranges.flatMap { tooNarrow($0, settings) }
        let count = "\(quotas.count) quotas, \(ranges.count) limit ranges"
        guard !problems.isEmpty else {
            return Check(name, .ok, "\(count): the largest stack (\(amount(settings.largestStack))) passes")
        }
        let advice = "raise the limit, or lower STACK_MAX_CPU and STACK_MAX_MEMORY"
        return Check(name, .warning, "\(count): \(problems.joined(separator: "; "))", advice: advice)
    }

    /// The use of one stack of the largest size, by the names that quotas have for it; cpu in thousandths.
    private static func use(_ settings: DoctorSettings) -> [String: Int64] {
        let (cpu, memory) = (settings.policy.maximumCPUMilli, settings.policy.maximumMemoryBytes)
        return [
            "cpu": cpu, "requests.cpu": cpu, "limits.cpu": cpu, "memory": memory, "requests.memory": memory, "limits.memory": memory,
            "pods": 1, "count/pods": 1, "services": 1, "count/services": 1, "services.nodeports": 1,
        ]
    }

    private static func exhausted(_ quota: ResourceQuota, _ settings: DoctorSettings) -> [String] {
        use(settings).sorted { $0.key < $1.key }.compactMap { name, needed in
            guard let hard = quota.status?.hard?[name] else { return nil }
            let used = quota.status?.used?[name] ?? "0"
            guard let limit = amount(hard, of: name), let taken = amount(used, of: name) else { return nil }
            guard Int128(limit) - Int128(taken) < Int128(needed) else { return nil }
            return "quota \(quota.metadata.name ?? "") leaves no room for one stack: \(name) \(used) of \(hard) is used"
        }
    }

    private static func tooNarrow(_ range: LimitRange, _ settings: DoctorSettings) -> [String] {
        let largest = ["cpu": settings.policy.maximumCPUMilli, "memory": settings.policy.maximumMemoryBytes]
        return (range.spec?.limits ?? []).filter { ["Container", "Pod"].contains($0.type) }.flatMap { item in
            ["cpu", "memory"].compactMap { name in
                guard let text = item.max?[name], let most = amount(text, of: name), let wanted = largest[name], most < wanted else {
                    return nil
                }
                return "limit range \(range.metadata.name ?? "") allows a \(item.type) at most \(name) \(text)"
            }
        }
    }

    private static func amount(_ text: String, of name: String) -> Int64? {
        name.hasSuffix("cpu") ? Quantity(text)?.milliValue() : Quantity(text)?.value()
    }
}
