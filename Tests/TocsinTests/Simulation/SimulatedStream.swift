@testable import Tocsin

/// One open stream of a reader.
final class SimulatedStream {
    let loop: SimulatedLoop
    let channel: SimulatedChannel
    var model: StreamModel
    var subscriber: Subscriber?
    /// Another stream on the same connection.
    var sibling: SimulatedStream?
    var number = 0
    var discontinuitiesBefore = 0
    var wasSeenAborted = false

    // In ticks of its loop.
    var lastSaid: Int
    var lastTaken = 0
    var writableSince = 0
    var unwritableSince: Int?
    /// Since when its channel has bytes that nobody has taken.
    var waitingSince: Int?

    init(loop: SimulatedLoop, channel: SimulatedChannel, model: StreamModel) {
        self.loop = loop
        self.channel = channel
        self.model = model
        self.lastSaid = loop.ticks
    }
}
