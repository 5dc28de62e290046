/// One open stream, as its shard knows it. Used on the shard's event loop only.
package final class Subscriber {
    // What every batch touches lies together: with many streams none of it is in a cache when its turn comes, and each
    // further cache line is felt.

    let channel: any StreamChannel
    var machine: SubscriberStateMachine
    let languageSlot: Int
    /// The last alarm it took, the walk in which it did, and the list of frames it took in that walk.
    var lastTaken: UInt64 = 0
    var walk: UInt64 = 0
    var list = FrameLists.empty
    /// The tick in which it was written to last.
    var lastWrite: UInt32 = 0
    /// The id that its reader was told last; ``AlarmID/zero`` before the first.
    var told = AlarmID.zero

    // The rest is touched when something other than a batch happens.

    let addresses: [Address]
    let pass: StreamPass?
    /// Its places in the shard's groups.
    var memberships: [Membership] = []
    /// Its place on the wheel that watches for silence.
    var wheelPlace = HeartbeatWheel.Place.none
    /// The number of the job that waits for it in the ``PageQueue``.
    var waitingPage: UInt64?
    /// Whether its shard is just taking it further.
    var isProceeding = false
    /// Why it is sent alarms of the past, and how many it was; `nil` while it is live.
    var catchUp: CatchUp?
    var caughtUpAlarms: UInt32 = 0
    /// Its place in the shard's list of all.
    var place = 0
    /// Since when its channel takes nothing, and how much it had taken by then; see ``StallWatch``.
    var stall: StallWatch.Stall?
    /// The tick after which it is ended, where streams do not live for ever.
    var lastTick = UInt32.max

    init(
        addresses: [Address], pass: StreamPass? = nil, channel: any StreamChannel, languageSlot: Int, cursor: AlarmID
    ) {
        self.addresses = addresses
        self.pass = pass
        self.channel = channel
        self.languageSlot = languageSlot
        self.machine = SubscriberStateMachine(cursor: cursor)
    }
}
