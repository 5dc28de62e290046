/// What a new stream listens to, and where it starts.
package struct Subscription: Sendable {
    /// Where a stream starts.
    package enum Start: Hashable, Sendable {
        /// A stream that resumes nothing starts at the position of its event loop.
        case live
        /// Everything that is kept.
        case earliest
        /// After an id whose standing is ``Standing/resumable``.
        case after(AlarmID)
        /// It cannot resume, so it starts after `head`, and is told.
        case reset(ResetReason, head: AlarmID)
    }

    /// Each once.
    package var addresses: [Address]
    package var languages: LanguagePreference
    package var start: Start
    /// ``Shard/discontinuities`` from before it was asked where the stream starts: if the past was lost since, it cannot
    /// resume after all. `nil` where nothing was asked.
    package var discontinuities: Int?
    /// Sent as a first event without an id.
    package var greeting: String?
    /// With which it ends; `nil` where none is needed.
    package var pass: StreamPass?

    package init(
        addresses: [Address], languages: LanguagePreference, start: Start, discontinuities: Int? = nil,
        greeting: String? = nil, pass: StreamPass? = nil
    ) {
        self.addresses = addresses
        self.languages = languages
        self.start = start
        self.discontinuities = discontinuities
        self.greeting = greeting
        self.pass = pass
    }
}

/// Why a stream could not resume.
public enum ResetReason: String, CaseIterable, Hashable, Sendable {
    /// The resume point is older than what is kept.
    case expired
    /// It is not of this journal.
    case unknown
}
