import Testing

@testable import TocsinBench

struct SequenceCheckTests {
    @Test func `each alarm of each publisher once and in order is right`() {
        var check = SequenceCheck()
        for sequence in UInt32(1)...3 {
            for publisher in 0..<3 {
                #expect(check.receive(Mark(publisher: publisher, sequence: sequence, time: 0)) == .next)
            }
        }
    }

    @Test func `what is skipped, comes again or comes late is told`() {
        var check = SequenceCheck()
        let verdicts = [1, 1, 4, 3, 5].map { check.receive(Mark(publisher: 2, sequence: $0, time: 0)) }
        #expect(verdicts == [.next, .repeated, .gap(2), .repeated, .next])
    }

    @Test func `an alarm that does not come is missing, and one that comes twice is not made up for by it`() {
        var delivery = Delivery()
        delivery.expected = 3
        delivery.events = 3
        delivery.repeated = 1
        #expect(delivery.missing == 1)
    }
}
