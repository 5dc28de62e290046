import NIOCore
import NIOHTTP1
import Tocsin
import TocsinAccess

/// What answers a request for a stream, in its version of HTTP. Used on its event loop only.
protocol StreamResponse: StreamChannel {
    /// Answers with something that is no stream.
    ///
    /// - Parameter closes: whether the connection is to end where only that makes the client come back later.
    func refuse(with answer: StreamAnswer, closes: Bool)

    /// Writes a stream's head; from here on all that is written are batches.
    ///
    /// - Returns: `false` where the response has ended meanwhile.
    func begin(with fields: HTTPHeaders) -> Bool
}

/// A stream from the request for it to its end, in any version of HTTP: whether it opens, where it starts, what it holds.
///
/// Used on the event loop of its shard only.
final class OpenStream {
    private enum State {
        case deciding
        /// It is counted in, and asks where it starts and for its place.
        case preparing
        case open
        case ended
    }

    private var state = State.deciding
    /// Waits for keys, while it is being decided on.
    private var waiting: Task<Void, Never>?
    private let configuration: ConnectionConfiguration
    private let shard: Shard
    /// Until the end.
    private var response: (any StreamResponse)?
    /// With which it ends; `nil` where none is needed, and once it is open.
    private var pass: StreamPass?
    /// What every answer has, until there is one.
    private var fields: HTTPHeaders = [:]
    /// For which it counts.
    private var client: IPAddress?
    /// Set once it is open.
    private var subscriber: Subscriber?
    private var claim: ConnectionClaim?

    init(_ configuration: ConnectionConfiguration, on shard: Shard, response: any StreamResponse) {
        self.configuration = configuration
        self.shard = shard
        self.response = response
    }

    // MARK: Opening

    /// Decides on the request, and opens the stream at once or when it is known where it starts.
    ///
    /// - Parameters:
    ///   - target: what the request asks for.
    ///   - header: gives the values of a header field of the request, by its name.
    ///   - peer: from which the connection comes.
    func open(
        _ target: StreamTarget, header: @escaping (String) -> [String], from peer: SocketAddress?,
        eventLoop: any EventLoop
    ) {
        open(target, keysArrived: nil, header: header, from: peer, eventLoop: eventLoop)
    }

    /// Whether it may take seconds until it is decided.
    var isAwaitingKeys: Bool { waiting != nil }

    /// - Parameter keysArrived: once keys were waited for, whether the one of its token has to be among them.
    private func open(
        _ target: StreamTarget, keysArrived: Bool?, header: @escaping (String) -> [String], from peer: SocketAddress?,
        eventLoop: any EventLoop
    ) {
        let client = { [clients = configuration.clients] in
            clients.address(of: peer, forwardedFor: header("X-Forwarded-For"))
        }
        switch configuration.gate.decide(target, of: client(), keysArrived: keysArrived, header: header) {
        case .answer(let answer):
            refuse(with: answer)
        case .awaitKeys(let keys):
            let promise = eventLoop.makePromise(of: Bool.self)
            promise.futureResult.assumeIsolated().whenSuccess { [self] arrived in
                waiting = nil
                // The client may have left meanwhile.
                guard state == .deciding else { return }
                open(target, keysArrived: arrived, header: header, from: peer, eventLoop: eventLoop)
            }
            waiting = promise.completeWithTask { await keys.arrive() }
        case .comeBack(let label, let fields):
            self.fields = fields
            configuration.hub.refusals.count(.tokenKey)
            refuse(label, .tokenKey, of: client())
        case .open(let request, let permit, let fields):
            self.fields = fields
            pass = permit.pass
            let client = client()
            if let reason = configuration.hub.admitStream(from: client) {
                refuse(request.label, reason, of: client)
                return
            }
            state = .preparing
            self.client = client
            prepare(request, eventLoop: eventLoop)
        }
    }

    /// A browser that meets any status but 200 never comes back by itself.
    private func refuse(
        _ label: RouteLabel, _ reason: RefusalReason, of client: IPAddress?, cause: String? = nil
    ) {
        configuration.gate.observer.streamRefused(label, reason, of: client, cause: cause, fields: fields)
        refuse(with: .refusal(fields: fields), closes: true)
    }

    private func refuse(with answer: StreamAnswer, closes: Bool = false) {
        let response = response
        end()
        response?.refuse(with: answer, closes: closes)
    }

    /// Finds out where the stream starts and takes its place; most streams need to ask nobody.
    private func prepare(_ request: StreamRequest, eventLoop: any EventLoop) {
        let hub = configuration.hub
        let place = hub.place(for: request.user, client: request.client)
        let start: Subscription.Start?
        switch request.resume {
        case .none: start = .live
        case .earliest: start = .earliest
        case .after(let id): start = shard.start(resumingAfter: id)
        }
        if let start, place == nil {
            begin(Subscription(request, start: start), for: request)
            return
        }

        let promise = eventLoop.makePromise(of: PreparedStream.self)
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        let discontinuities = shard.discontinuities
        promise.futureResult.assumeIsolated().whenComplete { [self] result in
            prepared(result, for: request, discontinuities: discontinuities)
        }
        Self.prepare(
            promise, hub: hub, start: start, resume: request.resume, place: place,
            onReplaced: {
                eventLoop.execute { bound.value.replaced() }
            })
    }

    private struct PreparedStream: Sendable {
        var start: Subscription.Start
        var claim: ConnectionClaim?
    }

    private static func prepare(
        _ promise: EventLoopPromise<PreparedStream>, hub: Hub, start: Subscription.Start?, resume: ResumePoint,
        place: ConnectionPlace?, onReplaced: @escaping @Sendable () -> Void
    ) {
        promise.completeWithTask {
            var start = start
            if start == nil, case .after(let id) = resume {
                start = try await hub.start(resumingAfter: id)
            }
            var claim: ConnectionClaim?
            if let place {
                claim = await hub.claim(place, onReplaced: onReplaced)
            }
            return PreparedStream(start: start ?? .live, claim: claim)
        }
    }

    /// - Parameter discontinuities: of the shard, before anything was asked.
    private func prepared(
        _ result: Result<PreparedStream, any Error>, for request: StreamRequest, discontinuities: Int
    ) {
        guard state == .preparing else {
            // The client left meanwhile, or the stream lost its place before it began.
            if case .success(let prepared) = result, let claim = prepared.claim {
                configuration.hub.registry.release(claim)
            }
            return
        }
        switch result {
        case .success(let prepared):
            claim = prepared.claim
            var subscription = Subscription(request, start: prepared.start)
            subscription.discontinuities = discontinuities
            begin(subscription, for: request)
        case .failure(let error):
            configuration.hub.refusals.count(.journal)
            refuse(request.label, .journal, of: client, cause: "\(error)")
        }
    }

    private func begin(_ subscription: Subscription, for request: StreamRequest) {
        let fields = fields
        self.fields = [:]
        state = .open
        guard let response, response.begin(with: fields) else { return end() }
        configuration.gate.observer.streamOpened(request, fields: fields)
        let hub = configuration.hub
        var subscription = subscription
        subscription.greeting = hub.greeting(for: request.user)
        subscription.pass = pass
        pass = nil
        // In two steps: the shard writes the opening, which can end the stream.
        let subscriber = shard.open(subscription, on: response)
        guard state == .open else {
            // The opening could not be written, so the stream is over already.
            shard.close(subscriber)
            return
        }
        self.subscriber = subscriber
        // Who ended the streams of a pass meanwhile did not know of this one.
        if let pass = subscription.pass, configuration.gate.isRevoked(pass) {
            shard.end(subscriber, since: .revoked)
        } else if hub.isDraining {
            shard.end(subscriber, since: .drained)
        }
    }

    // MARK: While it is open

    /// The response takes more again, or no more.
    func writabilityChanged() {
        guard let subscriber else { return }
        shard.writabilityChanged(subscriber)
    }

    private func replaced() {
        if let subscriber {
            shard.replace(subscriber)
        } else if state == .preparing {
            // It lost its place before it began.
            refuse(with: StreamAnswer(status: .noContent, headers: fields))
        }
    }

    /// Gives back what the stream holds. Asking again does nothing.
    func end() {
        let isCounted = state == .preparing || state == .open
        state = .ended
        response = nil
        waiting?.cancel()
        waiting = nil
        if let subscriber {
            self.subscriber = nil
            shard.close(subscriber)
        }
        if let claim {
            self.claim = nil
            configuration.hub.registry.release(claim)
        }
        if isCounted {
            configuration.hub.streamEnded(from: client)
        }
    }
}

extension Subscription {
    fileprivate init(_ request: StreamRequest, start: Start) {
        self.init(addresses: request.addresses, languages: request.languages, start: start)
    }
}
