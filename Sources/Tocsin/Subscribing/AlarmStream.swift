import NIOCore

/// The alarms that concern a listener, in the order of their ids: each once, and none left out; see ``Hub/subscribe(_:from:)``.
///
/// ```swift
/// let alarms = try await hub.subscribe(Listener(user: "tiaz", languages: "ko"))
/// for await event in alarms {
///     if case .alarm(let alarm) = event { print(alarm.content.string) }
/// }
/// ```
///
/// Who takes them slowly holds up nobody and fills no memory: what waits for it is bounded, by about 400 kB, and beyond that the
/// alarms are read from the journal when it comes to them. Only when it is so late that retention has removed some does it miss
/// them, and is told: ``AlarmEvent/reset(_:head:)``.
///
/// It ends when the hub ends, after ``AlarmEvent/replaced``, when ``cancel()`` is called, when the task that iterates it is
/// cancelled, and when nobody refers to it any more. Several tasks may iterate it: each event comes to one of them.
public struct AlarmStream: AsyncSequence, Sendable {
    public typealias Element = AlarmEvent
    public typealias Failure = Never

    let reading: Reading

    /// From where to go on later, given that everything was dealt with that was taken so far; `nil` where nothing was, and it
    /// started with the earliest, or has a reset to tell first, or never began.
    ///
    /// It is the id of the last event that was taken, or a later one before which nothing concerns this listener. So it does not
    /// grow old while there are no alarms for it.
    public var lastID: AlarmID? { reading.queue.lastID }

    /// Ends it; what was not taken is dropped.
    public func cancel() {
        reading.cancel()
    }

    public func makeAsyncIterator() -> Iterator {
        Iterator(reading: reading)
    }

    public struct Iterator: AsyncIteratorProtocol {
        let reading: Reading

        /// Waits for the next event; `nil` when the stream has ended.
        public mutating func next() async -> AlarmEvent? {
            await reading.next()
        }

        /// Waits for the next event; `nil` when the stream has ended.
        public mutating func next(isolation actor: isolated (any Actor)?) async -> AlarmEvent? {
            await reading.next()
        }
    }

    /// The reader's end of a ``LocalStream``: the stream ends with it.
    final class Reading: Sendable {
        let queue = AlarmQueue()
        let eventLoop: any EventLoop
        let stream: NIOLoopBoundBox<LocalStream?>

        init(on eventLoop: any EventLoop) {
            self.eventLoop = eventLoop
            self.stream = NIOLoopBoundBox.makeEmptyBox(valueType: LocalStream.self, eventLoop: eventLoop)
        }

        func next() async -> AlarmEvent? {
            await withTaskCancellationHandler {
                await queue.next {
                    eventLoop.execute { [stream] in stream.value?.writabilityChanged() }
                }
            } onCancel: {
                cancel()
            }
        }

        func cancel() {
            queue.cancel()
            eventLoop.execute { [stream] in stream.value?.end() }
        }

        deinit {
            eventLoop.execute { [stream] in stream.value?.end() }
        }
    }
}
