import Hummingbird
import Tocsin

/// `GET /users/{user}/alarms` and `GET /topics/{topic}/alarms`: what a stream would have been sent.
struct ListRoute: Sendable {
    /// Bytes of alarms in one answer, which is held until its client has taken it: a page of large alarms has fewer.
    private static let pageBytes = 1 << 20

    let hub: Hub

    func get(_ request: ListRequest) async throws(Problem) -> Response {
        do throws(JournalError) {
            return try await page(request)
        } catch {
            throw .unavailable(error.message)
        }
    }

    private func page(_ request: ListRequest) async throws(JournalError) -> Response {
        var after: AlarmID?
        var reset: ResetReason?
        if let text = request.after {
            switch try await hub.start(resumingAfter: text) {
            case .after(let id): after = id
            case .reset(let reason, _): reset = reason
            case .live, .earliest: break
            }
        }
        let limit = PageLimit(alarms: request.limit, bytes: Self.pageBytes)
        let selection = Selection.addresses(request.addresses)
        let page: Page
        switch request.order {
        case .oldest:
            page = try await hub.journal.alarms(after: after, through: nil, for: selection, limit: limit)
            if let after, after < page.floor {
                // Retention came between; the page begins with the oldest kept all the same.
                reset = .expired
            }
        case .newest:
            // Nothing is kept that is older than what has expired.
            page = try await hub.journal.newestAlarms(
                before: reset == .expired ? .zero : after, for: selection, limit: limit)
        }
        return .json(headers: [.cacheControl: "no-store"], with: body(page, reset: reset, languages: request.languages))
    }

    private func body(_ page: Page, reset: ResetReason?, languages: LanguagePreference) -> JSONWriter {
        var body = JSONWriter()
        body.object { body in
            body.name("alarms")
            body.array { body in
                for entry in page.entries { write(entry, for: languages, into: &body) }
            }
            body.name("next")
            if page.isComplete { body.null() } else { body.string(page.position.description) }
            body.name("head")
            body.string(page.head.description)
            if let reset {
                body.name("reset")
                body.string(reset.rawValue)
            }
        }
        return body
    }

    private func write(_ entry: Entry, for languages: LanguagePreference, into body: inout JSONWriter) {
        let alarm = entry.alarm
        let index = TranslationIndex(alarm, defaultLanguage: hub.configuration.shard.defaultLanguage)
        let translation = index.choice(for: languages).map { alarm.translations[$0] }
        body.object { body in
            body.name("id")
            body.string(entry.id.description)
            body.name("event")
            body.string(alarm.event.string)
            body.name("data")
            if let content = translation?.content ?? alarm.data { body.content(content) } else { body.null() }
            body.name("language")
            if let translation { body.string(translation.language.string) } else { body.null() }
            body.name("publishedAt")
            body.string(entry.publishedAt.rfc3339)
        }
    }
}
