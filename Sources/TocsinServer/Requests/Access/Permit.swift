import Tocsin
package import TocsinAccess

/// What a request may do.
package enum Permit: Hashable, Sendable {
    /// There are no access rules.
    case everything
    /// What its token allows.
    case grant(Grant)
    /// Only what anybody may, for which no token was looked at.
    case nothing

    /// Who has it; `nil` where nobody had to say so.
    var holder: Holder? {
        guard case .grant(let grant) = self else { return nil }
        return grant.holder
    }

    /// With which a stream ends; `nil` where none is needed.
    var pass: StreamPass? {
        guard case .grant(let grant) = self else { return nil }
        return StreamPass(holder: grant.holder, expiresAt: grant.expiresAt)
    }

    /// - Throws: a ``Problem`` with status 403 that says what is missing, and nothing of what there is.
    func check(listeningTo user: Name?, _ topics: [Name]) throws(Problem) {
        switch self {
        case .everything: return
        case .nothing: throw .missingToken
        case .grant(let grant):
            guard let missing = grant.missing(toListenTo: user, topics: topics) else { return }
            throw .missingPermission(toListenTo: missing, of: grant.holder)
        }
    }

    /// - Throws: a ``Problem`` with status 403 that points at the address of the first alarm that may not be published.
    func check(publishing request: AlarmRequest) throws(Problem) {
        switch self {
        case .everything: return
        case .nothing: throw .missingToken
        case .grant(let grant):
            for (index, alarm) in request.alarms.enumerated() {
                guard let missing = grant.missing(toPublishTo: alarm.audience) else { continue }
                let problem = Problem.missingPermission(
                    toPublishTo: missing, of: grant.holder, at: JSONPointer(alarm.audience.fieldName))
                throw request.isSingle ? problem : problem.prefixed(by: index)
            }
        }
    }

    /// The alarms of a request, with their keys apart from those of other audiences where not everybody may publish to all.
    func scoped(_ alarms: [Alarm]) -> [Alarm] {
        guard case .grant = self else { return alarms }
        return alarms.map { alarm in
            var alarm = alarm
            if alarm.key != nil { alarm.keyScope = alarm.audience.keyScope }
            return alarm
        }
    }

    /// - Throws: a ``Problem`` with status 401 where what was good when the request began is no longer.
    func check(by authenticator: Authenticator?) throws(Problem) {
        guard case .grant(let grant) = self, let authenticator else { return }
        do throws(TokenFault) {
            try authenticator.check(grant)
        } catch {
            throw .invalidToken(error)
        }
    }

    /// - Throws: a ``Problem`` with status 403 for who may publish to nobody, whatever the alarm.
    func checkPublishing() throws(Problem) {
        switch self {
        case .everything: return
        case .nothing: throw .missingToken
        case .grant(let grant):
            guard !grant.publish.isEmpty else { throw .missingPublishing }
        }
    }

    /// Whether the alarms of an audience may be read by their ids, and withdrawn: who may publish them may.
    func allowsManaging(_ audience: Audience) -> Bool {
        switch self {
        case .everything: true
        case .nothing: false
        case .grant(let grant): grant.missing(toPublishTo: audience) == nil
        }
    }

    /// - Throws: a ``Problem`` with status 403 for who is no admin.
    func checkAdmin() throws(Problem) {
        switch self {
        case .everything: return
        case .nothing: throw .missingToken
        case .grant(let grant):
            guard grant.isAdmin else { throw .missingAdmin(of: grant.holder) }
        }
    }
}

extension Audience {
    /// Of the field that names it.
    fileprivate var fieldName: String {
        switch self {
        case .user: "user"
        case .users: "users"
        case .topic: "topic"
        case .topics: "topics"
        case .everyone: "everyone"
        }
    }
}
