import SeededRandomness

import NIOConcurrencyHelpers

@testable import Tocsin

extension Simulation {
    enum Action: CaseIterable {
        case publish, commit, feed, mail, readPage, bringPage, take, getStuck, getUnstuck, leave, notice, connect, open
        case tick, passTime, removeOutdated, tellFloor, loseThePast, replace, overdue

        func weight(_ profile: SimulationProfile) -> Int {
            switch self {
            case .publish: 40
            case .commit, .feed: 60
            case .mail: profile.mail.weight
            case .readPage, .bringPage: profile.pages
            case .take: 60
            case .getStuck: 3
            case .getUnstuck: 6
            case .leave: 3
            case .notice: 10
            case .connect: 15
            case .open: profile.openings
            case .tick: 10
            case .passTime: 10
            case .removeOutdated, .tellFloor: 6
            case .loseThePast: profile.discontinuities / 20
            case .replace: 1
            case .overdue: 1
            }
        }
    }

    func step() {
        let weights = Action.allCases.map { $0.weight(profile) }
        var roll = random.index(below: weights.reduce(0, +))
        for (action, weight) in zip(Action.allCases, weights) {
            roll -= weight
            guard roll < 0 else { continue }
            digest = digest &* 31 &+ UInt64(weight) &+ UInt64(roll + weight)
            return perform(action)
        }
    }

    private func perform(_ action: Action) {
        let loop = loops[random.index(below: loops.count)]
        switch action {
        case .publish:
            let target = random.element(of: journal.log.suffix(20))?.entry.id
            publishers.send(withdrawing: target, at: now)
        case .commit: _ = publishers.step(journal, at: now, faults: profile.appendFaults)
        case .feed: _ = stepFeed(faults: profile.readFaults)
        case .mail: takeMail(loop, atMost: Int.random(in: 1...profile.mail.entries, using: &random))
        case .readPage: readPage(loop, faults: profile.readFaults)
        case .bringPage: bringPage(loop)
        case .take:
            guard let stream = random.element(of: streams), !stream.channel.isStuck else { return }
            take(stream, atMost: stream.channel.isSlow ? Int.random(in: 1...400, using: &random) : .max)
        case .getStuck: random.element(of: streams)?.channel.getStuck()
        case .getUnstuck: random.element(of: streams)?.channel.isStuck = false
        case .leave:
            guard let stream = random.element(of: streams) else { return }
            stream.channel.leave()
        case .notice:
            for stream in streams where stream.channel.isGone { stream.channel.disconnect() }
        case .connect: connect()
        case .open: open()
        case .tick: tick(loop)
        case .passTime: passTime(milliseconds: Int64.random(in: 1...1500, using: &random))
        case .removeOutdated: removeOutdated()
        case .tellFloor: tellFloor(loop)
        case .loseThePast:
            note("the past is lost")
            journal.loseThePast(at: now)
        case .replace:
            guard let stream = streams.filter({ $0.channel.state == .open }).randomElement(using: &random) else {
                return
            }
            note("\(name(of: stream)) is replaced")
            with(stream.loop) { shard in stream.subscriber.map(shard.replace) }
        case .overdue: publishers.removeOverdue(at: now)
        }
        sweep()
    }

    // MARK: From the journal to the loops

    func stepFeed(faults percent: Int) -> Bool {
        let (commit, moved) = journal.stepFeed(at: now, fails: random.chance(percent))
        if let commit {
            note("the feed gives \(commit.text)")
            for loop in loops { loop.post(commit) }
        }
        return moved
    }

    func takeMail(_ loop: SimulatedLoop, atMost limit: Int) {
        let (entries, discontinuity) = loop.takeMail(atMost: limit)
        if !entries.isEmpty {
            note("loop \(loop.number) takes \(entries.map(\.id))")
            with(loop, withdrawalsSeen: loop.shard.position, isLive: true) { $0.deliver(entries) }
        } else if let discontinuity {
            let open = streams.filter { $0.loop === loop && $0.channel.state == .open }
            for stream in open { stream.discontinuitiesBefore = stream.model.discontinuities }
            note("loop \(loop.number) takes a discontinuity at \(discontinuity)")
            with(loop, discontinuity: discontinuity) { $0.discontinue(at: discontinuity) }
            for stream in open where stream.channel.state == .open {
                if stream.model.discontinuities != stream.discontinuitiesBefore + 1 {
                    fail("\(name(of: stream)) was told \(stream.model.discontinuities) times that the past was lost")
                }
            }
        }
    }

    func readPage(_ loop: SimulatedLoop, faults percent: Int) {
        guard !loop.pages.jobs.isEmpty else { return }
        let place = random.index(below: loop.pages.jobs.count)
        loop.pages.readPage(at: place, of: journal, at: now, fails: random.chance(percent))
    }

    func bringPage(_ loop: SimulatedLoop) {
        let ready = loop.pages.jobs.indices.filter { loop.pages.jobs[$0].result != nil }
        guard let place = random.element(of: ready) else { return }
        let job = loop.pages.removeJob(at: place)
        guard let result = job.result else { return }
        switch result {
        case .success(let page):
            note("loop \(loop.number) gets a page of \(page.entries.map(\.id)) through \(page.position)")
            if !page.isComplete { saw(.pageFilledTheLimit) }
            let arrived = StreamModel.ArrivedPage(
                isFromStart: job.after == nil,
                floor: page.floor,
                head: page.head
            )
            with(loop, withdrawalsSeen: min(page.head, loop.shard.position), page: arrived) { _ in
                job.completion(result)
            }
        case .failure:
            note("loop \(loop.number) gets no page")
            saw(.pageFailed)
            with(loop) { _ in job.completion(result) }
        }
    }

    // MARK: Time and retention

    func passTime(milliseconds: Int64) {
        clock.withLockedValue { $0 = Timestamp(milliseconds: $0.milliseconds + milliseconds) }
    }

    func removeOutdated() {
        journal.removeOutdated(profile.retention, at: now)
        note("retention: the floor is \(journal.state.floor)")
        for loop in loops { loop.floors.append(journal.state.floor) }
    }

    func tellFloor(_ loop: SimulatedLoop) {
        guard !loop.floors.isEmpty else { return }
        let floor = loop.floors.removeFirst()
        with(loop) { $0.retentionMoved(to: floor) }
    }

    func tick(_ loop: SimulatedLoop) {
        loop.ticks += 1
        note("loop \(loop.number) ticks")
        with(loop, isHeartbeat: true) { $0.tick() }
        for stream in streams where stream.loop === loop && stream.subscriber != nil {
            checkTick(stream)
        }
    }

    private func checkTick(_ stream: SimulatedStream) {
        let ticks = stream.loop.ticks
        if stream.channel.wasAborted, !stream.wasSeenAborted {
            stream.wasSeenAborted = true
            saw(.stalled)
            let since = min(stream.waitingSince ?? ticks, stream.unwritableSince ?? ticks)
            if ticks - max(since, stream.lastTaken) < profile.stallTimeout {
                fail("\(name(of: stream)) was closed too soon")
            }
        }
        guard stream.channel.state == .open else { return }
        // Two rounds, for the streams that move within them.
        if stream.channel.hasBytes, let since = stream.waitingSince,
            ticks - max(since, stream.lastTaken) > profile.stallTimeout + 2 * max(1, profile.stallTimeout / 4) + 1
        {
            fail("\(name(of: stream)) takes nothing of what waits and was not closed")
        }
        if let since = stream.unwritableSince {
            if ticks - max(since, stream.lastTaken) > profile.stallTimeout + 1 {
                fail("\(name(of: stream)) takes nothing and was not closed")
            }
        } else if ticks - max(stream.lastSaid, stream.writableSince) >= profile.heartbeat {
            fail("\(name(of: stream)) was silent from \(stream.lastSaid) to \(ticks)")
        }
    }
}

extension Commit {
    fileprivate var text: String {
        switch self {
        case .entries(let entries, _): "\(entries.map(\.id))"
        case .discontinuity(let head): "a discontinuity at \(head)"
        }
    }
}
