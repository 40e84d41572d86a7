import FoundationEssentials
import Testing

@testable import DynamoDB

@Suite struct CredentialLifetimeTests {
    private let start = Date(timeIntervalSince1970: 1_000_000)

    private func credentials(_ id: String, for seconds: TimeInterval?) -> AWSCredentials {
        AWSCredentials(accessKeyID: id, secretAccessKey: "s", expiration: seconds.map { start.addingTimeInterval($0) })
    }

    private func at(_ seconds: TimeInterval) -> Date { start.addingTimeInterval(seconds) }

    @Test func `the first request begins a renewal and all others wait for it`() {
        var lifetime = CredentialLifetime()
        #expect(lifetime.request(now: start) == .renewAndWait)
        #expect(lifetime.request(now: start) == .wait)
        let lasting = credentials("a", for: nil)
        lifetime.renewed(lasting, now: start)
        #expect(lifetime.request(now: at(1e9)) == .use(lasting))
    }

    @Test func `credentials are renewed in the background in their last five minutes, once at a time`() {
        var lifetime = CredentialLifetime()
        let held = credentials("a", for: 3600)
        _ = lifetime.request(now: start)
        lifetime.renewed(held, now: start)
        #expect(lifetime.request(now: at(3299)) == .use(held))
        #expect(lifetime.request(now: at(3301)) == .useAndRenew(held))
        #expect(lifetime.request(now: at(3302)) == .use(held))
        let next = credentials("b", for: 7200)
        lifetime.renewed(next, now: at(3303))
        #expect(lifetime.request(now: at(3304)) == .use(next))
    }

    @Test func `a renewal that failed is tried again by the next request`() {
        var lifetime = CredentialLifetime()
        #expect(lifetime.request(now: start) == .renewAndWait)
        lifetime.renewalFailed()
        #expect(lifetime.request(now: start) == .renewAndWait)
        let held = credentials("a", for: 3600)
        lifetime.renewed(held, now: start)
        #expect(lifetime.request(now: at(3400)) == .useAndRenew(held))
        lifetime.renewalFailed()
        #expect(lifetime.request(now: at(3401)) == .useAndRenew(held))
    }

    @Test func `expired credentials are waited for`() {
        var lifetime = CredentialLifetime()
        _ = lifetime.request(now: start)
        let held = credentials("a", for: 3600)
        lifetime.renewed(held, now: start)
        #expect(lifetime.request(now: at(3595)) == .renewAndWait)
        #expect(lifetime.request(now: at(3600)) == .wait)
        // A renewal that began in the background is waited for too.
        lifetime.renewed(held, now: start)
        #expect(lifetime.request(now: at(3400)) == .useAndRenew(held))
        #expect(lifetime.request(now: at(3600)) == .wait)
    }

    @Test func `the same short-lived credentials do not make every request renew`() {
        var lifetime = CredentialLifetime()
        _ = lifetime.request(now: start)
        let held = credentials("a", for: 240)
        lifetime.renewed(held, now: start)
        #expect(lifetime.request(now: at(100)) == .use(held))
        #expect(lifetime.request(now: at(181)) == .useAndRenew(held))
        lifetime.renewed(held, now: at(181))
        #expect(lifetime.request(now: at(182)) == .use(held))
    }

    @Test func `refused credentials are forgotten, but not those that came after them`() {
        var lifetime = CredentialLifetime()
        _ = lifetime.request(now: start)
        let (old, new, lasting) = (credentials("a", for: 3600), credentials("b", for: 3600), credentials("c", for: nil))
        lifetime.renewed(old, now: start)
        let canRenew = lifetime.reject(old)
        #expect(canRenew)
        #expect(lifetime.request(now: start) == .renewAndWait)
        lifetime.renewed(new, now: start)
        _ = lifetime.reject(old)
        #expect(lifetime.request(now: start) == .use(new))
        let canRenewLasting = lifetime.reject(lasting)
        #expect(!canRenewLasting)
    }
}
