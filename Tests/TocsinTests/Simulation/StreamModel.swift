import ServerSentEvents

@testable import Tocsin

/// What one stream must say, checked as it says it.
///
/// It knows only what the reader asked for and what the journal ever held. ``mark`` is the id that the stream has told
/// last: after it, nothing that concerns the stream may be passed over but what has expired or was withdrawn.
struct StreamModel {
    struct ArrivedPage {
        /// It begins with everything that is kept, so that nobody who reads it can have missed any of that.
        var isFromStart: Bool
        var floor: AlarmID
        var head: AlarmID
    }

    /// What the shard is doing, as far as it matters to what a stream may say.
    struct Moment {
        var now: Timestamp
        /// A withdrawal up to here has taken effect for whoever catches up.
        var withdrawalsSeen: AlarmID
        var page: ArrivedPage?
        var discontinuity: AlarmID?
        var isHeartbeat = false
        var isLive = false
    }

    let addresses: Set<Address>
    let languages: SimulatedLanguages
    let defaultLanguage: String?
    let start: Subscription.Start
    let greeting: String?
    private(set) var mark: AlarmID
    /// How often it was told that the past was lost while it was open.
    private(set) var discontinuities = 0
    private(set) var hasEnded = false
    private(set) var sights: Set<Sight> = []
    private var isOpened = false
    private var isGreeted = false
    private var hasReset = false
    private var parser = EventStreamParser()

    init(
        addresses: [Address],
        languages: SimulatedLanguages,
        defaultLanguage: String?,
        start: Subscription.Start,
        greeting: String?,
        position: AlarmID
    ) {
        self.addresses = Set(addresses)
        self.languages = languages
        self.defaultLanguage = defaultLanguage
        self.start = start
        self.greeting = greeting
        switch start {
        case .live: mark = position
        case .earliest: mark = .zero
        case .after(let id), .reset(_, let id): mark = id
        }
    }

    /// - Returns: what is wrong with it.
    mutating func say(_ bytes: [UInt8], at moment: Moment, _ journal: SimulatedJournal) -> [String] {
        var items: [EventStreamItem] = []
        do {
            try parser.parse(bytes, into: &items)
        } catch {
            return ["not an event stream: \(error)"]
        }
        return items.compactMap { item in
            if hasEnded { return "something was said after its end" }
            guard case .event(let event) = item else { return checkOther(item) }
            defer { note(event, at: moment) }
            return check(event, at: moment, journal)
        }
    }

    private mutating func checkOther(_ item: EventStreamItem) -> String? {
        if case .comment = item { sights.insert(.commentTold) }
        if isOpened { return nil }
        guard case .reconnectionTime = item else { return "it began with \(item)" }
        if case .reset = start { isOpened = true }
        return nil
    }

    private mutating func check(_ event: MessageEvent, at moment: Moment, _ journal: SimulatedJournal) -> String? {
        let text = event.lastEventID.string
        if !isOpened {
            isOpened = true
            let expected = start == .earliest ? "earliest" : mark.description
            return event.type.string == "position" && event.data.isEmpty && text == expected
                ? nil : "it began with \(event), not at \(expected)"
        }
        if greeting != nil, !isGreeted {
            isGreeted = true
            return event.type == .message && event.data == greeting ? nil : "it was greeted with \(event)"
        }
        if event.type.string == "replaced" {
            hasEnded = true
            return text == "replaced" ? nil : "replaced with the id \(text)"
        }
        guard let id = AlarmID(text) else { return "\(event) has no id" }
        switch event.type.string {
        case "reset":
            return checkReset(event.data, to: id, at: moment)
        case "position":
            guard moment.isHeartbeat, id > mark, event.data.isEmpty else {
                return "told the position \(id) after \(mark)"
            }
            return advance(to: id, inclusive: true, at: moment, journal)
        default:
            return checkAlarm(event, id, at: moment, journal)
        }
    }

    private mutating func checkReset(_ data: String, to head: AlarmID, at moment: Moment) -> String? {
        defer { mark = head }
        for reason in [ResetReason.expired, .unknown]
        where data == #"{"reason":"\#(reason.rawValue)","head":"\#(head)"}"# {
            if case .reset(reason, head) = start, !hasReset {
                hasReset = true
                sights.insert(reason == .expired ? .resetAtOpeningExpired : .resetAtOpeningUnknown)
                return nil
            }
            switch reason {
            case .unknown where moment.discontinuity == head:
                discontinuities += 1
                sights.insert(.resetPastLost)
                return nil
            case .expired:
                guard let page = moment.page, !page.isFromStart, mark < page.floor, page.head == head else { break }
                sights.insert(.resetBehindRetention)
                return nil
            default:
                break
            }
        }
        return "reset with \(data) after \(mark)"
    }

    private mutating func checkAlarm(
        _ event: MessageEvent,
        _ id: AlarmID,
        at moment: Moment,
        _ journal: SimulatedJournal
    ) -> String? {
        if case .reset = start, !hasReset { return "it was not told of the reset before \(id)" }
        guard id > mark else { return "\(id) came after \(mark)" }
        guard let logged = journal.logged(id) else { return "\(id) was never committed" }
        let entry = logged.entry
        guard concerns(entry) else { return "\(id) is for \(entry.addresses)" }
        if entry.isExpired(at: moment.now) { return "\(id) had expired" }
        if let withdrawal = logged.withdrawnBy, withdrawal <= moment.withdrawalsSeen {
            return "\(id) had been withdrawn by \(withdrawal), as was known at \(moment.withdrawalsSeen)"
        }
        guard event.type.string == entry.alarm.event.string else { return "\(id) was called \(event.type)" }
        let expected = languages.text(of: entry.alarm, defaultLanguage: defaultLanguage)
        guard event.data == expected else { return "\(id) said \(event.data), not \(expected), to \(languages.ranges)" }
        return advance(to: id, inclusive: false, at: moment, journal)
    }

    private mutating func advance(
        to id: AlarmID,
        inclusive: Bool,
        at moment: Moment,
        _ journal: SimulatedJournal
    ) -> String? {
        for logged in journal.log[journal.place(after: mark)...].prefix(while: { $0.entry.id < id })
        where concerns(logged.entry) {
            if logged.withdrawnBy != nil { sights.insert(.passedOverWithdrawn) }
            if logged.entry.isExpired(at: moment.now) { sights.insert(.passedOverExpired) }
        }
        let missed = missed(through: id, at: moment.now, journal).first { inclusive || $0 != id }
        mark = id
        return missed.map { "\($0) is missing before \(id)" }
    }

    private mutating func note(_ event: MessageEvent, at moment: Moment) {
        switch event.type.string {
        case "position": if moment.isHeartbeat { sights.insert(.positionTold) }
        case "replaced": sights.insert(.replaced)
        case "reset": break
        default:
            sights.insert(moment.isLive ? .alarmLive : moment.page != nil ? .alarmFromPage : .alarmFromWindow)
            if event.data.contains(" in ") { sights.insert(.alarmTranslated) }
        }
    }

    /// What it should have told by now, were it live.
    func missed(through end: AlarmID, at now: Timestamp, _ journal: SimulatedJournal) -> [AlarmID] {
        var missed: [AlarmID] = []
        for logged in journal.log[journal.place(after: mark)...] {
            let entry = logged.entry
            guard entry.id <= end else { break }
            guard concerns(entry), journal.isCurrent(entry.id), logged.withdrawnBy == nil, !entry.isExpired(at: now)
            else { continue }
            // Everything that is kept: not what retention removed before.
            if start == .earliest, mark == .zero, entry.id <= journal.state.floor { continue }
            missed.append(entry.id)
        }
        return missed
    }

    private func concerns(_ entry: Entry) -> Bool {
        entry.addresses.contains { addresses.contains($0) }
    }
}
