import Hummingbird
import Tocsin

/// `GET /users/{user}/alarms` and `GET /topics/{topic}/alarms`: what a stream would have been sent.
struct ListRoute: Sendable {
    let hub: Hub

    func get(_ request: ListRequest, _ permit: Permit) async throws(Problem) -> Response {
        try permit.check(listeningTo: request.user, request.topics)
        do throws(JournalError) {
            return try await page(request)
        } catch {
            throw .unavailable(error.message)
        }
    }

    private func page(_ request: ListRequest) async throws(JournalError) -> Response {
        let (page, reset) = try await hub.page(
            of: request.addresses, after: request.after, order: request.order, limit: request.limit)
        return .json(with: body(page, reset: reset, languages: request.languages))
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
