import KubernetesClient
import Stacks
import TestBasics
import Testing

@testable import StackCluster

/// Every kind of connection from and to a stack, decided by the policies that the service makes.
@Suite struct IsolationTests {
    private typealias End = PolicyEvaluator.End

    private static let protocols = ["TCP", "UDP"]
    private static let ports = [1, 53, 443, 6443, 30000, 65535]

    /// Ranges that are not the internet, and addresses at which clouds have metadata or credentials.
    private static let privateAddresses = [
        // AWS, GCP, Azure, Alibaba, Oracle, credentials of ECS and EKS, and IPv6 of AWS and GCP.
        "169.254.169.254", "168.63.129.16", "100.100.100.200", "192.0.0.192", "169.254.170.2", "169.254.170.23", "169.254.169.253",
        "fd00:ec2::254", "fd00:ec2::23", "fd20:ce::254",
        "10.0.0.0", "10.128.0.1", "10.255.255.255", "172.16.0.0", "172.31.255.255", "192.168.0.0", "192.168.255.255", "100.64.0.0",
        "100.127.255.255", "169.254.0.0", "169.254.255.255", "127.0.0.1", "127.255.255.255", "0.0.0.0", "0.255.255.255", "192.0.2.1",
        "198.51.100.1", "203.0.113.1", "198.18.0.0", "198.19.255.255", "192.88.99.1", "224.0.0.1", "239.255.255.255", "240.0.0.1",
        "255.255.255.255",
        "::", "::1", "fc00::", "fc00::1", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "fe80::1", "febf::1", "fec0::1", "ff02::1", "ff0e::1",
        // With an IPv4 address inside: mapped, NAT64, 6to4, Teredo.
        "::ffff:10.0.0.1", "64:ff9b::a00:1", "64:ff9b:1::a00:1", "2002:a00:1::1", "2002:a9fe:a9fe::1", "2001:0:a00:1::1",
        "2001:db8::1", "3fff::1", "100::1", "5f00::1", "1fff::1", "4000::1",
    ]

    /// Among them the neighbours of the ranges above.
    private static let publicAddresses = [
        "1.1.1.1", "8.8.8.8", "1.0.0.0", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0",
        "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.0.1.255", "192.0.3.0", "192.88.98.255", "192.88.100.0",
        "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0", "198.51.99.255", "198.51.101.0", "203.0.112.255", "203.0.114.0",
        "223.255.255.255", "168.63.129.15", "168.63.129.17", "140.82.121.4",
        "2000::1", "2001:200::1", "2001:db7::1", "2001:db9::1", "2001:ffff::1", "2003::1", "2606:4700:4700::1111", "2a00:1450::1",
        "3ffe::1", "3fff:1000::1",
    ]

    /// Counts what was asked; a proof over no cases proves nothing.
    private static func expect(
        _ isOpen: Bool,
        from sources: [End],
        to targets: [End],
        ports: [Int] = ports,
        protocols: [String] = protocols,
        in evaluator: PolicyEvaluator,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> Int {
        var count = 0
        for source in sources {
            for target in targets {
                for port in ports {
                    for name in protocols {
                        count += 1
                        let found = try evaluator.mayConnect(source, to: target, port: port, protocol: name)
                        if found != isOpen { Issue.record("\(source) → \(target) \(port)/\(name)", sourceLocation: sourceLocation) }
                    }
                }
            }
        }
        return count
    }

    @Test(arguments: TestWorld.all)
    func `nothing of the cluster reaches a stack, and a stack reaches nothing of the cluster`(world: TestWorld) throws {
        let evaluator = try world.evaluator
        try #require(evaluator.policies.count == 2)
        var count = 0
        for egress in [nil, Egress.none, .internet] {
            let stacks = world.stacks(egress: egress)
            let others = [nil, Egress.none, .internet].flatMap { world.stacks(egress: $0) }
            count += try Self.expect(false, from: stacks, to: others, in: evaluator)
            count += try Self.expect(false, from: stacks, to: world.strangers, in: evaluator)
            count += try Self.expect(false, from: world.strangers + world.nameServers, to: stacks, in: evaluator)
            let hosts = (world.nodeAddresses.flatMap { $0 } + world.serviceIPs).map(End.address)
            let servers = try world.apiServer.map { text in
                let range = try #require(ClusterNetworks.address(text))
                return End.address("\(IPAddress(family: range.family, bits: range.first))")
            }
            count += try Self.expect(false, from: stacks, to: hosts + servers, in: evaluator)
            count += try Self.expect(false, from: stacks, to: Self.privateAddresses.map(End.address), in: evaluator)
        }
        print("\(world.testDescription): \(count) connections that are closed")
        #expect(count > 10_000)
    }

    @Test(arguments: TestWorld.all)
    func `the world reaches a stack, and a stack with egress internet the world and DNS`(world: TestWorld) throws {
        let evaluator = try world.evaluator
        var count = 0
        let families = Self.publicAddresses.filter { $0.contains(":") ? world.hasV6 : world.hasV4 }.map(End.address)
        // On-site players have private addresses.
        let lan = (world.hasV4 ? ["192.168.77.5", "10.200.0.5", "172.16.9.9"] : ["fd99::5"]).map(End.address)
        for egress in [nil, Egress.none, .internet] {
            count += try Self.expect(true, from: families + lan, to: world.stacks(egress: egress), in: evaluator)
        }
        let connected = world.stacks(egress: .internet)
        count += try Self.expect(true, from: connected, to: families, in: evaluator)
        let services = (world.dnsIPs + ["169.254.20.10"]).map(End.address)
        count += try Self.expect(true, from: connected, to: world.nameServers + services, ports: [53], in: evaluator)
        let otherPorts = Self.ports.filter { $0 != 53 }
        count += try Self.expect(false, from: connected, to: world.nameServers + services, ports: otherPorts, in: evaluator)
        for egress in [nil, Egress.none] {
            let isolated = world.stacks(egress: egress)
            count += try Self.expect(false, from: isolated, to: families + world.nameServers + services, in: evaluator)
        }
        print("\(world.testDescription): \(count) connections of the world and of DNS")
        #expect(count > 2_000)
    }

    /// The registry again, as the first and last address of each range that is not the internet.
    private static let notPublicV4: [ClosedRange<UInt32>] = [
        0x0000_0000...0x00ff_ffff, 0x0a00_0000...0x0aff_ffff, 0x6440_0000...0x647f_ffff, 0x7f00_0000...0x7fff_ffff,
        0xa9fe_0000...0xa9fe_ffff, 0xac10_0000...0xac1f_ffff, 0xc000_0000...0xc000_00ff, 0xc000_0200...0xc000_02ff,
        0xc058_6300...0xc058_63ff, 0xc0a8_0000...0xc0a8_ffff, 0xc612_0000...0xc613_ffff, 0xc633_6400...0xc633_64ff,
        0xcb00_7100...0xcb00_71ff, 0xe000_0000...0xffff_ffff, 0xa83f_8110...0xa83f_8110,
    ]

    @Test(arguments: [UInt64(1), UInt64.random(in: 2...(.max))])
    func `an IPv4 address is open to a stack exactly if it is public and not the cluster's`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let world = TestWorld.all[1]
        let evaluator = try world.evaluator
        let stack = try #require(world.stacks(egress: .internet).first)
        let own: [UInt32] = [0x054b_0102, 0x5fd8_0304, 0x23c3_0a14]
        var addresses = Self.notPublicV4.flatMap { [$0.lowerBound, $0.upperBound, $0.lowerBound &- 1, $0.upperBound &+ 1] }
        addresses += own.flatMap { [$0, $0 - 1, $0 + 1] }
        addresses += (0..<1_000).map { _ in UInt32.random(in: 0...(.max), using: &generator) }
        for bits in addresses {
            let isPublic = !Self.notPublicV4.contains { $0.contains(bits) } && !own.contains(bits)
            let address = "\(IPAddress(family: .v4, bits: UInt128(bits)))"
            #expect(try evaluator.mayConnect(stack, to: .address(address), port: 443) == isPublic, "\(address), seed \(seed)")
        }
    }
}
