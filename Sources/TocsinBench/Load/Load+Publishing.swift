import NIOCore

/// A ``PublishPlan`` under way.
struct PublishRun {
    let plan: PublishPlan
    let promise: EventLoopPromise<PublishFigures>
    let begin: UInt64
    /// No request begins later, in nanoseconds of uptime.
    let end: UInt64
    /// How many requests were begun.
    var started = 0
    var unanswered = 0
    /// Publishers that wait until a request is due, or all is delivered.
    var idle: [Publisher] = []
    var figures = PublishFigures()
    var channels = ChannelPicker()

    init(_ plan: PublishPlan, promise: EventLoopPromise<PublishFigures>, at time: UInt64) {
        self.plan = plan
        self.promise = promise
        begin = time
        end =
            switch plan.amount {
            case .requests: .max
            case .time(let time): begin + UInt64(max(0, TimeAmount(time).nanoseconds))
            }
    }

    func mayBegin(at time: UInt64) -> Bool {
        if case .requests(let count) = plan.amount, started >= count { return false }
        return time < end
    }

    /// Whether no request begins any more: the next may be due after the end, while that is still to come.
    func isOver(at time: UInt64) -> Bool {
        !mayBegin(at: max(time, due))
    }

    mutating func nextChannel(of count: Int) -> Int {
        plan.isInTurn ? started % count : channels.next(of: count)
    }

    /// When the next request is due.
    var due: UInt64 {
        guard case .rate(let rate) = plan.pace else { return begin }
        return begin + UInt64(Double(started) / rate * 1e9)
    }
}

/// Chooses channels evenly, and in no order that a server could guess (SplitMix64).
struct ChannelPicker {
    private var state: UInt64 = 0

    mutating func next(of count: Int) -> Int {
        guard count > 1 else { return 0 }
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return Int((mixed ^ mixed >> 31) % UInt64(count))
    }
}

extension Load {
    /// Publishes; done when all is answered. One plan at a time.
    func publish(_ plan: PublishPlan) -> EventLoopFuture<PublishFigures> {
        let promise = loop.makePromise(of: PublishFigures.self)
        if let failure {
            promise.fail(failure)
            return promise.futureResult
        }
        run = PublishRun(plan, promise: promise, at: Self.now)
        awaitsDelivery = plan.pace == .afterDelivery
        if publishers.isEmpty {
            publishers = (0..<settings.publishers).map { Publisher(number: $0, load: self) }
            publishers.forEach(connect)
        }
        if case .rate = plan.pace {
            run?.idle = publishers
            sendDue()
        } else {
            publishers.forEach(sendNext)
        }
        return promise.futureResult
    }

    private func connect(_ publisher: Publisher) {
        guard !isClosing else { return }
        connect(
            { publisher },
            orElse: { [weak self] error in
                self?.publisherEnded(publisher, "a connection to publish could not be made: \(error)")
            })
    }

    /// As soon as there is an answer to the request before.
    private func sendNext(_ publisher: Publisher) {
        let time = Self.now
        guard run?.mayBegin(at: time) == true else { return endIfAnswered() }
        send(publisher, at: time)
    }

    private func send(_ publisher: Publisher, at time: UInt64) {
        guard run != nil else { return }
        let channel = run?.nextChannel(of: settings.target.channels) ?? 0
        run?.started += 1
        run?.unanswered += 1
        publisher.send(to: channel, at: time)
    }

    /// At a rate, looks each millisecond which requests are due.
    private func sendDue() {
        let now = Self.now
        while let run, run.due <= now, run.mayBegin(at: run.due), let publisher = run.idle.last {
            self.run?.idle.removeLast()
            // Counted from when it was due, so that a server which holds up its publishers does not look quick.
            send(publisher, at: run.due)
        }
        guard let run else { return }
        guard !run.isOver(at: now) else { return endIfAnswered() }
        loop.assumeIsolated().scheduleTask(in: .milliseconds(1)) { [weak self] in self?.sendDue() }
    }

    func answered(_ request: Publisher.Request, to publisher: Publisher, status: Int) {
        let now = Self.now
        let succeeded = (200...299).contains(status)
        if succeeded, !streamsByChannel.isEmpty {
            delivery.expected += streamsByChannel[request.channel] * request.alarms
        }
        guard run != nil else { return }
        run?.unanswered -= 1
        run?.figures.requests += 1
        run?.figures.latencies.record(now > request.time ? now - request.time : 0)
        if succeeded {
            run?.figures.alarms += request.alarms
        } else {
            run?.figures.refused += 1
        }
        switch run?.plan.pace {
        case nil: break
        case .closedLoop: sendNext(publisher)
        case .afterDelivery:
            run?.idle.append(publisher)
            received()
        case .rate:
            run?.idle.append(publisher)
            if run?.isOver(at: now) == true { endIfAnswered() }
        }
    }

    /// Something came on a stream.
    func received() {
        guard awaitsDelivery, delivery.missing == 0, let run, run.unanswered == 0 else { return }
        self.run?.idle = []
        run.idle.forEach(sendNext)
    }

    private func endIfAnswered() {
        guard var run, run.unanswered == 0 else { return }
        run.figures.beginTime = run.begin
        run.figures.seconds = Double(Self.now - run.begin) / 1e9
        self.run = nil
        run.promise.succeed(run.figures)
    }

    func publisherEnded(_ publisher: Publisher, _ reason: String) {
        guard !isClosing else { return }
        guard settings.reconnects else { return fail(reason) }
        loop.assumeIsolated().scheduleTask(in: .milliseconds(100)) { [weak self] in self?.connect(publisher) }
    }
}
