import SeededRandomness

@testable import Tocsin

/// Publishers that send alarms and withdrawals through a queue to the journal, and check the answers.
final class SimulatedPublishers {
    static let users = (0..<4).compactMap { try? Name("user \($0)") }
    static let topics = (0..<4).compactMap { try? Name("topic \($0)") }

    private enum Stage {
        case taken(PublishQueue<Int>.Batch)
        case appended(PublishQueue<Int>.Batch, Result<[AppendResult], JournalError>)
    }

    private let profile: SimulationProfile
    private var random: SeededGenerator
    private var queue: PublishQueue<Int>
    private var stage: Stage?
    private var waiting: [Int: AppendRequest] = [:]
    private var published = 0
    private var requests = 0
    private(set) var faults: [String] = []
    private(set) var sights: Set<Sight> = []

    init(profile: SimulationProfile, random: SeededGenerator) {
        self.profile = profile
        self.random = random
        var limits = PublishLimits()
        limits.bytes = profile.queue.bytes
        limits.batchAlarms = profile.queue.batchAlarms
        queue = PublishQueue(limits: limits, maximumInFlight: 1)
    }

    var isIdle: Bool { queue.isIdle && waiting.isEmpty }

    // MARK: Requests

    func send(withdrawing target: AlarmID?, at now: Timestamp) {
        let request: AppendRequest
        if let target, random.chance(profile.withdrawals) {
            request = .withdraw(target)
        } else {
            request = .publish(
                (0..<(random.chance(70) ? 1 : Int.random(in: 1...5, using: &random))).map { _ in alarm() }
            )
        }
        requests += 1
        if queue.enqueue(request, for: requests, at: UInt64(now.milliseconds) * 1_000_000) {
            waiting[requests] = request
        } else {
            sights.insert(.queueFull)
        }
    }

    private func alarm() -> Alarm {
        published += 1
        let text = text("\(published)")
        let languages = ["ko", "en-US", "fr"].filter { _ in random.chance(50) }
        let translations = languages.compactMap { tag in
            LanguageTag(tag).map { Translation(language: $0, content: .text("\(text) in \(tag)")) }
        }
        let hasData = translations.isEmpty || random.chance(50)
        return Alarm(
            audience: audience(),
            event: (random.chance(20) ? try? EventName("message") : nil) ?? .alarm,
            data: hasData ? .text(text) : nil,
            translations: translations,
            retry: random.chance(5) ? 700 : nil,
            ttl: random.chance(profile.timesToLive) ? Int.random(in: 1...20, using: &random) : nil,
            key: random.chance(profile.keys) ? try? Name("key \(random.index(below: published / 4 + 1))") : nil
        )
    }

    private func text(_ number: String) -> String {
        if random.chance(profile.largeTexts) { return number + String(repeating: "\nmuch more", count: 300) }
        return random.chance(10) ? "\(number)\n\nlines" : number
    }

    private func audience() -> Audience {
        let users = Self.users.shuffled(using: &random)
        let topics = Self.topics.shuffled(using: &random)
        switch random.index(below: 10) {
        case 0..<3: return .user(users[0])
        case 3..<5: return .users(Array(users.prefix(Int.random(in: 1...4, using: &random))))
        case 5..<7: return .topic(topics[0])
        case 7..<9: return .topics(Array(topics.prefix(Int.random(in: 1...4, using: &random))))
        default: return .everyone
        }
    }

    // MARK: Committing

    /// - Returns: whether anything moved on.
    func step(_ journal: SimulatedJournal, at now: Timestamp, faults percent: Int) -> Bool {
        switch stage {
        case nil:
            stage = queue.nextBatch().map(Stage.taken)
            return stage != nil
        case .taken(let batch):
            let fault = random.chance(percent) ? random.element(of: SimulatedJournal.AppendFault.allCases) : nil
            stage = .appended(batch, journal.append(batch.requests, at: now, fault: fault))
        case .appended(let batch, let outcome):
            stage = nil
            queue.batchEnded()
            check(batch, outcome, journal)
        }
        return true
    }

    func removeOverdue(at now: Timestamp) {
        for waiter in queue.removeOverdue(at: UInt64(now.milliseconds) * 1_000_000) {
            if waiting.removeValue(forKey: waiter) == nil { faults.append("a request was refused that did not wait") }
        }
    }

    private func check(
        _ batch: PublishQueue<Int>.Batch,
        _ outcome: Result<[AppendResult], JournalError>,
        _ journal: SimulatedJournal
    ) {
        for (place, waiter) in batch.waiters.enumerated() {
            guard let request = waiting.removeValue(forKey: waiter) else {
                faults.append("a request was answered that did not wait")
                continue
            }
            guard case .success(let results) = outcome else {
                sights.insert(.outcomeUnknown)
                continue
            }
            note(results[place])
            if !isAnswer(results[place], to: request, journal) {
                faults.append("the answer \(results[place]) is not one to \(request)")
            }
        }
    }

    private func note(_ result: AppendResult) {
        switch result {
        case .published(let publications): if publications.contains(where: { !$0.isNew }) { sights.insert(.keyKnown) }
        case .withdrawn(let publication): if !publication.isNew { sights.insert(.withdrawnTwice) }
        default: break
        }
    }

    private func isAnswer(_ result: AppendResult, to request: AppendRequest, _ journal: SimulatedJournal) -> Bool {
        switch (request, result) {
        case (.publish(let alarms), .published(let publications)):
            return alarms.count == publications.count
                && zip(alarms, publications).allSatisfy { alarm, publication in
                    let entry = journal.logged(publication.id)?.entry
                    return publication.isNew ? entry?.alarm == alarm : entry != nil && entry?.alarm.key == alarm.key
                }
        case (.withdraw(let target), .withdrawn(let publication)):
            return journal.logged(publication.id)?.entry.withdraws == target
        case (.withdraw, .notFound), (.withdraw, .notWithdrawable):
            return true
        default:
            return false
        }
    }
}
