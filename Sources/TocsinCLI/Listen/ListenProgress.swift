import EventSourceClient
import ServerSentEvents
import Synchronization

/// Tells on standard error how it fares, and how to go on after the end.
final class ListenProgress: Sendable {
    private struct State {
        var lastEventID: EventID
        /// Whether somebody was told that there is no connection.
        var isBroken = false
        var wasOpen = false
    }

    private let url: String
    private let state: Mutex<State>

    init(url: String, lastEventID: EventID) {
        self.url = url
        state = Mutex(State(lastEventID: lastEventID))
    }

    /// What has been printed, or whose command has ended.
    func handled(_ event: MessageEvent) {
        state.withLock { $0.lastEventID = event.lastEventID }
    }

    func tell(_ state: EventSource.State) {
        switch state {
        case .waiting(let time, let error):
            let wasOpen = self.state.withLock { state in
                state.isBroken = true
                return state.wasOpen
            }
            let reason = ListenFailure.passing(error, url: url, wasOpen: wasOpen)
            let seconds = (Double(time.components.seconds) * 10 + Double(time.components.attoseconds) / 1e17).rounded()
            tell("\(reason); next attempt in \(seconds / 10) s")
        case .open:
            let wasBroken = self.state.withLock { state in
                defer { state.isBroken = false }
                state.wasOpen = true
                return state.isBroken
            }
            if wasBroken { tell("connected again") }
        case .connecting, .closed: break
        }
    }

    /// How to go on later.
    func tellEnd() {
        let id = state.withLock(\.lastEventID)
        if !id.isEmpty { tell("go on with --last-event-id \(ShellWord.quoted(id.string))") }
    }

    func tell(_ message: String) { StandardError.say(message) }
}
