/// One open stream, as its shard knows it. Used on the shard's event loop only.
package final class Subscriber {
    let addresses: [Address]
    let channel: any StreamChannel
    let languageSlot: Int
    var machine: SubscriberStateMachine

    /// Its places in the shard's groups.
    var memberships: [Membership] = []

    /// The id that its reader was told last; ``AlarmID/zero`` before the first.
    var told = AlarmID.zero
    /// The tick in which it was written to last, and its place on the wheel that watches for silence.
    var lastWrite: UInt32 = 0
    var wheelPlace = HeartbeatWheel.Place.none

    /// The number of the job that waits for it in the ``PageQueue``.
    var waitingPage: UInt64?

    /// Whether its shard is just taking it further.
    var isProceeding = false

    /// Its place in the shard's list of all.
    var place = 0

    /// Since when its channel takes nothing, and how much it had taken by then; see ``StallWatch``.
    var stall: StallWatch.Stall?

    // What it collects while a batch is walked.

    /// The walk in which it took an alarm last, the last alarm it took, and the list of frames it took in that walk.
    var walk: UInt64 = 0
    var lastTaken: UInt64 = 0
    var list = FrameLists.empty

    init(addresses: [Address], channel: any StreamChannel, languageSlot: Int, cursor: AlarmID) {
        self.addresses = addresses
        self.channel = channel
        self.languageSlot = languageSlot
        self.machine = SubscriberStateMachine(cursor: cursor)
    }
}
