import TestBasics
import TestSupport
import Testing

@testable import Stacks

@Suite struct StackIDTests {
    @Test func `a random id is read back and names Pod and Service`() throws {
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<100 {
            let id = StackID.random(using: &generator)
            #expect(StackID(id.description) == id)
            #expect(id.podName == id.description)
            #expect(id.serviceName == "svc-" + id.description)
            // A Service's name is a DNS label: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
            #expect(id.serviceName.utf8.count <= 63)
        }
    }

    @Test func `small numbers are padded`() throws {
        struct Fixed: RandomNumberGenerator {
            var value: UInt64
            mutating func next() -> UInt64 { value }
        }
        for (bits, text) in [(UInt64(0), "stack-0000000000000000"), (0xab, "stack-00000000000000ab"), (.max, "stack-ffffffffffffffff")] {
            var generator = Fixed(value: bits)
            #expect(StackID.random(using: &generator).description == text)
        }
    }

    @Test func `ten thousand ids differ`() {
        var generator = SystemRandomNumberGenerator()
        #expect(Set((0..<10_000).map { _ in StackID.random(using: &generator) }).count == 10_000)
    }

    @Test(arguments: [
        "", "stack-", "stack-0", "stack-000000000000000", "stack-00000000000000000", "stack-000000000000000g", "stack-ABCDEF0123456789",
        "Stack-0123456789abcdef", "svc-stack-0123456789abcdef", " stack-0123456789abcdef", "stack-0123456789abcdef\n", "0123456789abcdef",
        "stack-0123456789abcde\u{0}", "stack-012345678９abcde", "stack-../../../../../../", "stack_0123456789abcdef",
    ])
    func `anything else is no id`(text: String) {
        #expect(StackID(text) == nil)
    }

    @Test func `labels find an object by all that it belongs to`() {
        #expect(
            StackLabels.all(of: .numbered(0xab), userID: .max, problemID: 7, egress: .none) == [
                "ctf-provisioner.dev/stack-id": "stack-00000000000000ab",
                "ctf-provisioner.dev/user-id": "9223372036854775807",
                "ctf-provisioner.dev/problem-id": "7",
                "ctf-provisioner.dev/egress": "none",
                "app.kubernetes.io/managed-by": "ctf-provisioner",
            ]
        )
    }
}
