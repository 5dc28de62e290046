public import AsyncHTTPClient
public import ServerSentEvents
import Synchronization

/// A connection to an event stream that is made again whenever it breaks (WHATWG HTML 9.2).
///
/// ```swift
/// let source = EventSource(url: "https://example.com/events")
/// for try await event in source.events {
///     print(event.type, event.data)
/// }
/// ```
///
/// The connection is made when the loop begins and lives as long as the loop: when the loop ends, or the task is cancelled that it
/// runs in, the connection is closed. While the loop's body works nothing is read, so that a server that sends faster has to
/// wait; over HTTP/2 the HTTP client reads up to 8 MiB ahead of it.
///
/// A loop ends by itself where a browser would stop for good: quietly at the status 204, and with an ``EventSourceError`` at an
/// answer that is no event stream. All other failures are followed by another attempt. To go on after an end, begin another loop:
/// it resumes after ``lastEventID``.
public final class EventSource: Sendable {
    /// The resource, as `http:` or `https:`.
    public let url: String
    /// How the connection is made.
    public let options: Options

    let httpClient: HTTPClient
    private let status: Mutex<Status>

    /// What there is to know from outside of the loop.
    private struct Status {
        var state = State.connecting
        var lastEventID: EventID
        var reconnectionTime: Duration
        var isIterated = false
        var observers = StateObservers()
    }

    /// Connects when it is iterated, not before.
    ///
    /// - Parameters:
    ///   - url: the resource, as `http:` or `https:`; a text that is no such URL ends the first loop with
    ///     ``EventSourceError/Code/badRequest``.
    ///   - options: how the connection is made.
    ///   - httpClient: makes the connections. One of your own should follow redirects, and must neither time out reads nor
    ///     limit the connections to a host to fewer than there are streams.
    public init(url: String, options: Options = Options(), httpClient: HTTPClient = EventSource.httpClient) {
        self.url = url
        self.options = options
        self.httpClient = httpClient
        status = Mutex(Status(lastEventID: options.lastEventID, reconnectionTime: options.reconnectionTime))
    }

    deinit {
        // Somebody may look on still.
        enter(.closed(because: nil))
    }

    /// The events, each once, in order, until the source stops for good.
    public var events: Events { Events(updates: updates) }

    /// The events and all else that happens: comments, reconnection times, and how the connection fares.
    public var updates: Updates { Updates(source: self) }

    /// What to resume after: the id of the newest event that the loop has taken, or of a later block without data.
    ///
    /// Keep it and give it to ``Options/lastEventID`` to resume in another process.
    public var lastEventID: EventID { status.withLock { $0.lastEventID } }

    /// How the connection fares: ``State/connecting`` before the loop begins.
    public var state: State { status.withLock { $0.state } }

    /// ``state`` and each that follows, to show it beside the loop; ends after ``State/closed(because:)``.
    ///
    /// Everyone who asks has a sequence of their own. Who is more than 16 states behind misses the oldest.
    public var states: AsyncStream<State> {
        let (states, observer) = AsyncStream.makeStream(of: State.self, bufferingPolicy: .bufferingNewest(16))
        status.withLock { status in
            observer.yield(status.state)
            if case .closed = status.state {
                observer.finish()
                return
            }
            let id = status.observers.add(observer)
            observer.onTermination = { [weak self] _ in
                self?.status.withLock { $0.observers.remove(id) }
            }
        }
        return states
    }
}

// MARK: - For the loop

extension EventSource {
    /// - Returns: whether there was no other loop.
    func begin() -> Bool {
        status.withLock { status in
            guard !status.isIterated else { return false }
            status.isIterated = true
            return true
        }
    }

    func enter(_ state: State) {
        // Told outside of the lock, which the end of an observer takes.
        let observers = status.withLock { status in
            status.state = state
            guard case .closed = state else { return status.observers }
            status.isIterated = false
            defer { status.observers = StateObservers() }
            return status.observers
        }
        observers.tell(state)
    }

    func took(_ id: EventID) {
        status.withLock { $0.lastEventID = id }
    }

    var reconnectionTime: Duration {
        get { status.withLock { $0.reconnectionTime } }
        set { status.withLock { $0.reconnectionTime = newValue } }
    }
}
