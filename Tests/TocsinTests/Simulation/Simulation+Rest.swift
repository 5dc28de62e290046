@testable import Tocsin

/// What must hold once everything that was begun is done.
extension Simulation {
    /// Lets everything come to its end, without faults, and looks whether all have what concerns them.
    func comeToRest() {
        note("come to rest")
        for stream in streams where stream.channel.isGone { stream.channel.disconnect() }
        sweep()
        settle()
        // Two rounds of heartbeats: the first may still find pages to read again.
        for _ in 0..<(2 * profile.heartbeat + 2) {
            for loop in loops { tick(loop) }
            settle()
        }
        guard publishers.isIdle else { return fail("a request was never answered") }
        for loop in loops where loop.shard.position > journal.state.head {
            fail("loop \(loop.number) is at \(loop.shard.position), beyond the head")
        }
        for stream in streams where stream.channel.state == .open {
            check(stream)
        }
        let open = streams.filter { $0.channel.state == .open }.count
        let held = loops.reduce(0) { $0 + $1.shard.count }
        if open != held { fail("\(open) streams are open, and the shards hold \(held)") }
    }

    private func check(_ stream: SimulatedStream) {
        if let missed = stream.model.missed(through: journal.state.head, at: now, journal).first {
            fail("\(name(of: stream)) is at \(stream.model.mark) and never got \(missed)")
        }
        if stream.model.mark < stream.loop.shard.position {
            fail("\(name(of: stream)) was told \(stream.model.mark), not \(stream.loop.shard.position)")
        }
        guard let reader = reader(of: stream) else { return }
        let isTold = stream.model.mark == .zero ? "earliest" : stream.model.mark.description
        if reader.lastEventID != isTold {
            fail("\(name(of: stream)) is at \(stream.model.mark), its reader at \(reader.lastEventID)")
        }
    }

    private func settle() {
        for _ in 0..<100_000 where faults.isEmpty {
            guard moveOn() else { return }
        }
        if faults.isEmpty { fail("it does not come to rest") }
    }

    /// - Returns: whether there was anything to do.
    private func moveOn() -> Bool {
        var moved = false
        while !arrivals.isEmpty { open() }
        while publishers.step(journal, at: now, faults: 0) { moved = true }
        while stepFeed(faults: 0) { moved = true }
        for loop in loops {
            while !loop.mailbox.isEmpty { takeMail(loop, atMost: 7) }
            while !loop.floors.isEmpty { tellFloor(loop) }
            for place in loop.pages.jobs.indices {
                loop.pages.readPage(at: place, of: journal, at: now, fails: false)
            }
            if !loop.pages.jobs.isEmpty {
                moved = true
                bringPage(loop)
            }
        }
        for stream in streams {
            stream.channel.isStuck = false
            if stream.channel.hasBytes {
                moved = true
                take(stream, atMost: .max)
            } else {
                with(stream.loop) { _ in stream.channel.settle() }
            }
            if stream.channel.isGone { stream.channel.disconnect() }
        }
        sweep()
        return moved
    }

    /// The server goes down: every stream is ended properly.
    func endAll() {
        let open = streams.filter { $0.channel.state == .open }
        for loop in loops {
            with(loop) { $0.end($0.count, retryingAfter: 2000...6000) }
            if loop.shard.count > 0 { fail("a stream stayed open") }
        }
        for stream in open where stream.channel.state != .ended {
            fail("\(name(of: stream)) was not ended")
        }
    }
}
