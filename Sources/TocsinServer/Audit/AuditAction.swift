import Tocsin
import TocsinAccess

/// What an audit log tells of, a line for each. Never what an alarm says, and no token or key.
enum AuditAction: Hashable, Sendable {
    /// With the alarm's id and whether it is new; `nil` where that is not known.
    case publish(Alarm, Publication?)
    /// With the entry that tells of it; `nil` where that is not known.
    case withdraw(AlarmID, Publication?)
    case revoke(Revocations.Target, until: Timestamp?)
    case addKey(Name, publish: [Permission])
    case removeKey(Name)
    /// With how many refusals for this reason have no line of their own.
    case refuse(Problem, path: String, omitted: Int)
    /// So many lines before this one found no room.
    case omit(lines: Int)
}

extension AuditAction {
    fileprivate var name: String {
        switch self {
        case .publish: "publish"
        case .withdraw: "withdraw"
        case .revoke: "revoke"
        case .addKey: "add-key"
        case .removeKey: "remove-key"
        case .refuse: "refuse"
        case .omit: "omit"
        }
    }
}

extension JSONWriter {
    /// - Parameters:
    ///   - isKnown: whether it was done; else nobody knows.
    ///   - request: that asked for it; `nil` where none did.
    mutating func line(
        _ action: AuditAction, isKnown: Bool = true, of request: ObservedRequest?, at time: Timestamp
    ) {
        object { line in
            line.name("time")
            line.string(time.rfc3339)
            line.name("action")
            line.string(action.name)
            if let request {
                line.name("request")
                line.string(request.id)
                line.name("client")
                if let client = request.client { line.string("\(client)") } else { line.null() }
                line.name("by")
                if let holder = request.holder { line.holder(holder) } else { line.null() }
            }
            line.details(of: action, request)
            if !isKnown { line.member("outcome", "unknown") }
        }
        endLine()
    }

    private mutating func holder(_ holder: Holder) {
        object { by in
            for (name, value) in [
                ("sub", holder.subject?.string), ("jti", holder.tokenID), ("key", holder.key?.string),
            ] {
                guard let value else { continue }
                by.name(name)
                by.string(value)
            }
        }
    }

    private mutating func details(of action: AuditAction, _ request: ObservedRequest?) {
        switch action {
        case .publish(let alarm, let publication):
            member("id", publication)
            member("to", alarm.audience.addresses.map { "\(Permission(for: $0))" })
            member("event", alarm.event.string)
        case .withdraw(let alarm, let publication):
            member("alarm", alarm.description)
            member("id", publication)
        case .revoke(let target, let until):
            switch target {
            case .user(let name): member("sub", name.string)
            case .token(let name): member("jti", name.string)
            }
            if let until { member("until", until.rfc3339) }
        case .addKey(let name, let publish):
            member("key", name.string)
            member("publish", publish.map(\.description))
        case .removeKey(let name):
            member("key", name.string)
        case .refuse(let problem, let path, let omitted):
            member("method", request?.method ?? "")
            member("path", path.shortened)
            name("status")
            integer(problem.status)
            member("type", problem.kind.name)
            member("detail", problem.detail)
            guard omitted > 0 else { return }
            name("omitted")
            integer(omitted)
        case .omit(let lines):
            name("lines")
            integer(lines)
        }
    }

    private mutating func member(_ name: String, _ text: String) {
        self.name(name)
        string(text)
    }

    private mutating func member(_ name: String, _ texts: [String]) {
        self.name(name)
        array { array in for text in texts { array.string(text) } }
    }

    private mutating func member(_ name: String, _ publication: Publication?) {
        guard let publication else { return }
        member(name, publication.id.description)
        self.name("new")
        boolean(publication.isNew)
    }
}
