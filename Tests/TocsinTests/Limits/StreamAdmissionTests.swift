import SeededRandomness
import Testing

@testable import Tocsin

@Suite struct StreamAdmissionTests {
    @Test("Streams are counted in up to the limit, in all and for each client address")
    func limits() throws {
        let addresses = try ["192.0.2.1", "192.0.2.2", "192.0.2.3"].map { try #require(IPAddress($0)) }
        var admission = StreamAdmission(maximum: 5, maximumPerAddress: 2)
        let outcomes = [0, 0, 0, 1, 1, 2, 2].map { admission.admit(from: addresses[$0]) }
        #expect(outcomes == [nil, nil, .connectionsPerAddress, nil, nil, nil, .connections])
        admission.end(from: addresses[0])
        #expect(admission.admit(from: addresses[1]) == .connectionsPerAddress)
        #expect(admission.admit(from: addresses[0]) == nil)
        admission.isDraining = true
        #expect(admission.admit(from: addresses[2]) == .draining)
        #expect(admission.count == 5)
    }

    @Test("A stream whose client has no address counts in all only")
    func noAddress() {
        var admission = StreamAdmission(maximum: 3, maximumPerAddress: 1)
        #expect((0..<4).map { _ in admission.admit(from: nil) } == [nil, nil, nil, .connections])
        admission.end(from: nil)
        #expect(admission.admit(from: nil) == nil)
    }

    @Test("However streams come and go, as many are counted as are open", arguments: 1...6 as ClosedRange<UInt64>)
    func balance(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var admission = StreamAdmission(maximum: 40, maximumPerAddress: 7)
        var open: [IPAddress] = []
        for _ in 0..<2000 {
            if random.chance(55) {
                let address = IPAddress(high: 1, low: 0xFFFF_0000_0000 + UInt64(random.index(below: 8)) << 33)
                let same = open.count { $0.client == address.client }
                let expected: RefusalReason? =
                    open.count >= 40 ? .connections : same >= 7 ? .connectionsPerAddress : nil
                #expect(admission.admit(from: address) == expected)
                if expected == nil { open.append(address) }
            } else if let place = open.indices.randomElement(using: &random) {
                admission.end(from: open.remove(at: place))
            }
            #expect(admission.count == open.count)
            #expect(admission.clientCount == Set(open.map(\.client)).count)
        }
    }
}
