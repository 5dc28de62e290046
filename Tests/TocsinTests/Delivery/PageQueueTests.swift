import Testing

@testable import Tocsin

@Suite struct PageQueueTests {
    /// Reads nothing by itself.
    private final class Reader: PageReader {
        let limit: Int
        var running: [(after: AlarmID?, completion: (Result<Page, JournalError>) -> Void)] = []

        init(limit: Int) {
            self.limit = limit
        }

        func read(
            after: AlarmID?,
            through: AlarmID,
            for addresses: [Address],
            completion: @escaping (Result<Page, JournalError>) -> Void
        ) {
            running.append((after, completion))
        }

        func finishFirst() {
            running.removeFirst().completion(.failure(JournalError(code: .unavailable, message: "no page")))
        }
    }

    @Test("No more pages are read at once than the limit, the others wait their turn", arguments: 1...3)
    func limit(limit: Int) {
        let reader = Reader(limit: limit)
        let queue = PageQueue(reader)
        var finished: [UInt64] = []
        for low in 1...6 as ClosedRange<UInt64> {
            queue.read(after: .of(low), through: .of(9), for: .idle()) { _ in finished.append(low) }
        }
        for round in 0..<6 {
            #expect(reader.running.count == min(limit, 6 - round))
            reader.finishFirst()
        }
        #expect(finished == [1, 2, 3, 4, 5, 6])
    }

    @Test("Everything that is kept is asked for without an id")
    func earliest() {
        let reader = Reader(limit: 2)
        let queue = PageQueue(reader)
        queue.read(after: .zero, through: .of(1), for: .idle()) { _ in }
        queue.read(after: .of(1), through: .of(1), for: .idle()) { _ in }
        #expect(reader.running.map(\.after) == [nil, .of(1)])
    }

    @Test("Whoever is gone is not read for, however many go")
    func cancelling() {
        let reader = Reader(limit: 1)
        let queue = PageQueue(reader)
        let subscribers = (0..<200).map { _ in Subscriber.idle() }
        var finished: [Int] = []
        for (number, subscriber) in subscribers.enumerated() {
            queue.read(after: .of(1), through: .of(2), for: subscriber) { _ in finished.append(number) }
        }
        for (number, subscriber) in subscribers.enumerated() where number % 5 != 0 {
            queue.cancel(subscriber)
            queue.cancel(subscriber)
        }
        while !reader.running.isEmpty { reader.finishFirst() }
        #expect(finished == Array(stride(from: 0, to: 200, by: 5)))
    }

    @Test("A page that is asked for while another waits takes its place", arguments: [false, true])
    func asking(cancels: Bool) {
        let reader = Reader(limit: 1)
        let queue = PageQueue(reader)
        let subscriber = Subscriber.idle()
        var finished: [String] = []
        queue.read(after: .of(1), through: .of(9), for: .idle()) { _ in finished.append("other") }
        queue.read(after: .of(2), through: .of(9), for: subscriber) { _ in finished.append("first") }
        if cancels { queue.cancel(subscriber) }
        queue.read(after: .of(3), through: .of(9), for: subscriber) { _ in finished.append("second") }
        while !reader.running.isEmpty { reader.finishFirst() }
        #expect(finished == ["other", "second"])
    }
}
