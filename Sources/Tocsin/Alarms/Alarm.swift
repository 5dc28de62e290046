/// One thing to tell, as it is published.
public struct Alarm: Hashable, Sendable {
    /// The reconnection times that an alarm may set, in milliseconds.
    public static let retryRange = 500...3_600_000
    /// How long an alarm may be good for, in seconds.
    public static let ttlRange = 1...31_536_000

    /// Whom it concerns.
    public package(set) var audience: Audience
    /// What it is called.
    public package(set) var event: EventName
    /// What readers see who want none of the languages of `translations`.
    public package(set) var data: Content?
    /// In the order published, each language once (tags compared without case); at least one where `data` is `nil`.
    public package(set) var translations: [Translation]
    /// Milliseconds that a browser waits before it reconnects; in ``retryRange``.
    package var retry: Int?
    /// Seconds after which the alarm is neither sent, resumed nor listed; in ``ttlRange``.
    package var ttl: Int?
    /// The idempotency key.
    public package(set) var key: Name?
    /// See ``IdempotencyKey/scope``; of no use once the alarm is committed.
    package var keyScope: String?

    package init(
        audience: Audience, event: EventName = .alarm, data: Content?, translations: [Translation] = [],
        retry: Int? = nil, ttl: Int? = nil, key: Name? = nil
    ) {
        self.audience = audience
        self.event = event
        self.data = data
        self.translations = translations
        self.retry = retry
        self.ttl = ttl
        self.key = key
    }

    package var idempotencyKey: IdempotencyKey? { key.map { IdempotencyKey($0, scope: keyScope) } }

    /// About how many bytes it takes up in memory; what queues and windows are bounded by.
    package var estimatedSize: Int {
        var size = 256 + event.string.utf8.count + (data?.string.utf8.count ?? 0)
        for translation in translations {
            size += 64 + translation.content.string.utf8.count
        }
        switch audience {
        case .users(let names), .topics(let names):
            for name in names { size += 32 + name.string.utf8.count }
        case .user, .topic, .everyone:
            break
        }
        return size
    }
}
