import Hummingbird
import Tocsin

/// `GET` and `DELETE /alarms/{id}`.
///
/// An alarm of an audience that the permit is not for is answered as one that there is not, so that nobody can find out which
/// ids there are.
struct AlarmRoute: Sendable {
    let hub: Hub
    let permit: Permit
    let audit: RequestAudit

    func get(_ text: String) async throws(Problem) -> Response {
        try permit.checkPublishing()
        let id = try id(text)
        switch try await find(id) {
        case .found(let entry):
            var body = JSONWriter()
            body.published(entry)
            return .json(with: body)
        case .withdrawn:
            throw .withdrawn(id)
        case .notFound:
            throw .unknownAlarm(text)
        }
    }

    private func find(_ id: AlarmID) async throws(Problem) -> Lookup {
        let found: Lookup
        do throws(JournalError) {
            found = try await hub.journal.alarm(id)
        } catch {
            throw .unavailable(error.message)
        }
        return switch found {
        case .found(let entry), .withdrawn(by: let entry):
            permit.allowsManaging(entry.alarm.audience) ? found : .notFound
        case .notFound: found
        }
    }

    func delete(_ text: String) async throws(Problem) -> Response {
        try permit.checkPublishing()
        let id = try id(text)
        if permit != .everything, case .notFound = try await find(id) { throw .unknownAlarm(text) }
        let entry = try await audit.recording { entry in
            [.withdraw(id, entry)]
        } of: { () throws(Problem) in
            switch try await hub.publisher.answer(to: .withdraw(id)) {
            case .withdrawn(let entry): return entry
            case .notWithdrawable: throw .notWithdrawable(id)
            case .notFound: throw .unknownAlarm(text)
            case .published, .failed: throw .internalError
            }
        }
        var body = JSONWriter()
        body.object { body in
            body.name("id")
            body.string(entry.id.description)
        }
        return .json(with: body)
    }

    /// A text that is no alarm's id is that of no alarm.
    private func id(_ text: String) throws(Problem) -> AlarmID {
        guard let id = AlarmID(text) else { throw .unknownAlarm(text) }
        return id
    }
}

extension JSONWriter {
    /// An entry as it was published, with its id and time.
    fileprivate mutating func published(_ entry: Entry) {
        object { body in
            body.name("id")
            body.string(entry.id.description)
            body.name("publishedAt")
            body.string(entry.publishedAt.rfc3339)
            body.audience(entry.alarm.audience)
            body.name("event")
            body.string(entry.alarm.event.string)
            if let data = entry.alarm.data {
                body.name("data")
                body.content(data)
            }
            if !entry.alarm.translations.isEmpty {
                body.name("translations")
                body.object { body in
                    for translation in entry.alarm.translations {
                        body.name(translation.language.string)
                        body.content(translation.content)
                    }
                }
            }
            if let retry = entry.alarm.retry {
                body.name("retry")
                body.integer(retry)
            }
            if let ttl = entry.alarm.ttl {
                body.name("ttl")
                body.integer(ttl)
            }
            if let key = entry.alarm.key {
                body.name("key")
                body.string(key.string)
            }
        }
    }

    private mutating func audience(_ audience: Audience) {
        switch audience {
        case .user(let name):
            self.name("user")
            string(name.string)
        case .users(let names):
            self.name("users")
            array { body in for name in names { body.string(name.string) } }
        case .topic(let name):
            self.name("topic")
            string(name.string)
        case .topics(let names):
            self.name("topics")
            array { body in for name in names { body.string(name.string) } }
        case .everyone:
            self.name("everyone")
            boolean(true)
        }
    }
}
