import Testing

@testable import Tocsin

@Suite struct SubscriberStateMachineTests {
    private static func id(_ low: UInt64) -> AlarmID { AlarmID(high: 1, low: low) }
    private static let ids = (0...4 as ClosedRange<UInt64>).map(id)

    private func live(at position: UInt64, seen: UInt64? = nil) -> SubscriberStateMachine {
        var machine = SubscriberStateMachine(cursor: Self.id(seen ?? position))
        #expect(machine.next(position: Self.id(position), recentFloor: .zero, isWritable: false) == .wait)
        return machine
    }

    private func reading(
        from cursor: AlarmID,
        through position: AlarmID
    ) -> (machine: SubscriberStateMachine, ticket: UInt32)? {
        var machine = SubscriberStateMachine(cursor: cursor)
        let step = machine.next(position: position, recentFloor: position, isWritable: true)
        guard case .readJournal(cursor, position, let ticket) = step else { return nil }
        return (machine, ticket)
    }

    @Test("What a new stream does first follows from cursor, position, window and channel", arguments: ids, ids)
    func first(cursor: AlarmID, position: AlarmID) {
        for floor in Self.ids {
            for isWritable in [true, false] {
                var machine = SubscriberStateMachine(cursor: cursor)
                let step = machine.next(position: position, recentFloor: floor, isWritable: isWritable)
                if cursor >= position {
                    #expect(step == .wait)
                    #expect(machine.takes(Self.id(9)))
                    #expect(!machine.takes(cursor))
                } else if !isWritable {
                    #expect(step == .wait)
                    #expect(!machine.takes(Self.id(9)))
                } else if floor <= cursor {
                    #expect(step == .readRecent(after: cursor))
                } else {
                    #expect(step == .readJournal(after: cursor, through: position, ticket: 1))
                    #expect(machine.next(position: position, recentFloor: floor, isWritable: true) == .wait)
                }
            }
        }
    }

    @Test("A live stream takes what is after its resume point and its cursor is the greater of that and the position")
    func liveCursor() {
        for seen in Self.ids {
            for position in Self.ids where position <= seen {
                let machine = live(at: position.low, seen: seen.low)
                for id in Self.ids { #expect(machine.takes(id) == (id > seen)) }
                for later in Self.ids { #expect(machine.cursor(at: later) == max(seen, later)) }
            }
        }
    }

    @Test("A page is handed over, dropped, put off or answered with a reset", arguments: ids, ids)
    func pages(floor: AlarmID, pagePosition: AlarmID) throws {
        for cursor in [AlarmID.zero] + Self.ids.dropLast() {
            for (isEmpty, isWritable) in [(true, true), (true, false), (false, true), (false, false)] {
                var (machine, ticket) = try #require(reading(from: cursor, through: Self.id(4)))
                let outcome = machine.pageArrived(
                    ticket: ticket,
                    floor: floor,
                    position: pagePosition,
                    head: Self.id(7),
                    isEmpty: isEmpty,
                    isWritable: isWritable
                )
                let hasMissed = cursor != .zero && floor > cursor
                let expected: SubscriberStateMachine.PageOutcome =
                    if hasMissed { isWritable ? .reset : .drop } else if !isEmpty && !isWritable { .drop } else {
                        pagePosition > cursor ? .deliver : .delay
                    }
                #expect(outcome == expected)
                let after =
                    switch expected {
                    case .reset: Self.id(7)
                    case .deliver: pagePosition
                    case .drop, .delay: cursor
                    }
                #expect(machine.cursor(at: Self.id(4)) == after)
            }
        }
    }

    @Test("A page of another ticket changes nothing")
    func strangeTicket() throws {
        var (machine, ticket) = try #require(reading(from: Self.id(1), through: Self.id(3)))
        for other in [ticket &- 1, ticket &+ 1] {
            let outcome = machine.pageArrived(
                ticket: other,
                floor: Self.id(9),
                position: Self.id(3),
                head: Self.id(9),
                isEmpty: false,
                isWritable: true
            )
            #expect(outcome == .drop)
            machine.pageFailed(ticket: other)
            #expect(machine.cursor(at: Self.id(3)) == Self.id(1))
            #expect(machine.next(position: Self.id(3), recentFloor: Self.id(3), isWritable: true) == .wait)
        }
    }

    @Test("A page that was asked for before the past was lost is dropped, also while the next is being read")
    func discontinuity() throws {
        var (machine, ticket) = try #require(reading(from: Self.id(1), through: Self.id(3)))
        machine.discontinue(at: Self.id(2))
        let step = machine.next(position: Self.id(4), recentFloor: Self.id(4), isWritable: true)
        #expect(step == .readJournal(after: Self.id(2), through: Self.id(4), ticket: ticket + 1))
        let outcome = machine.pageArrived(
            ticket: ticket,
            floor: .zero,
            position: Self.id(3),
            head: Self.id(3),
            isEmpty: false,
            isWritable: true
        )
        #expect(outcome == .drop)
        #expect(machine.cursor(at: Self.id(4)) == Self.id(2))
    }

    @Test("A page that failed is read again from the same cursor, with another ticket")
    func failure() throws {
        var (machine, ticket) = try #require(reading(from: Self.id(1), through: Self.id(3)))
        machine.pageFailed(ticket: ticket)
        let step = machine.next(position: Self.id(4), recentFloor: Self.id(4), isWritable: true)
        #expect(step == .readJournal(after: Self.id(1), through: Self.id(4), ticket: ticket + 1))
    }

    @Test("A live stream that is not writable falls back to before the batch, or to its resume point if that is later")
    func fallingBack() {
        for seen in Self.ids {
            for before in Self.ids {
                var machine = live(at: 0, seen: seen.low)
                #expect(machine.takesBatch(positionBefore: before, isWritable: true) == true)
                #expect(machine.takes(Self.id(9)))
                #expect(machine.takesBatch(positionBefore: before, isWritable: false) == false)
                #expect(!machine.takes(Self.id(9)))
                #expect(machine.cursor(at: Self.id(9)) == max(seen, before))
                #expect(machine.takesBatch(positionBefore: Self.id(5), isWritable: true) == false)
            }
        }
    }

    @Test("A stream that catches up is live only once its cursor is the position, and may have to read more than once")
    func catchingUp() throws {
        var (machine, ticket) = try #require(reading(from: Self.id(0), through: Self.id(2)))
        let outcome = machine.pageArrived(
            ticket: ticket,
            floor: .zero,
            position: Self.id(2),
            head: Self.id(4),
            isEmpty: false,
            isWritable: true
        )
        #expect(outcome == .deliver)
        #expect(
            machine.next(position: Self.id(4), recentFloor: Self.id(1), isWritable: true)
                == .readRecent(after: Self.id(2))
        )
        machine.didRead(through: Self.id(4))
        #expect(!machine.takes(Self.id(5)))
        #expect(machine.next(position: Self.id(4), recentFloor: Self.id(1), isWritable: false) == .wait)
        #expect(machine.takes(Self.id(5)))
    }

    @Test("A closed stream does nothing any more, whatever it was doing")
    func closed() throws {
        for var machine in [
            SubscriberStateMachine(cursor: Self.id(0)), live(at: 1),
            try #require(reading(from: Self.id(1), through: Self.id(3))).machine,
        ] {
            machine.close()
            machine.discontinue(at: Self.id(2))
            machine.didRead(through: Self.id(2))
            #expect(machine.isClosed)
            #expect(!machine.takes(Self.id(9)))
            #expect(machine.takesBatch(positionBefore: Self.id(1), isWritable: true) == false)
            #expect(machine.next(position: Self.id(3), recentFloor: .zero, isWritable: true) == .wait)
            let outcome = machine.pageArrived(
                ticket: 1,
                floor: .zero,
                position: Self.id(3),
                head: Self.id(3),
                isEmpty: false,
                isWritable: true
            )
            #expect(outcome == .drop)
        }
    }
}
