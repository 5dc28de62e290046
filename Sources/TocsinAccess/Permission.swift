package import Tocsin

/// What a token or key allows: to publish to an address, or to listen to it.
///
/// As text it is `user:ID`, `topic:NAME`, `topic:orders/*`, `everyone`, or `*`.
package enum Permission: Hashable, Sendable {
    case user(Name)
    case topic(Name)
    /// Every topic whose name begins with this, which ends with `/`, and goes on.
    case topicsBelow(Name)
    case everyone
    case anything

    /// - Throws: ``InvalidPermission`` for any other text.
    package init(_ text: String) throws(InvalidPermission) {
        switch text {
        case "*": self = .anything
        case "everyone": self = .everyone
        default:
            // By bytes: a name can begin with what makes one character with the colon, such as a combining mark.
            let parts = text.utf8.split(separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { throw InvalidPermission(text: text, reason: .form) }
            let name = parts[1]
            // A name that is only a star would look like every user or topic, and be none.
            guard !name.elementsEqual("*".utf8) else { throw InvalidPermission(text: text, reason: .star) }
            switch Substring(parts[0]) {
            case "user": self = .user(try Self.name(name, in: text))
            case "topic" where name.suffix(2).elementsEqual("/*".utf8):
                self = .topicsBelow(try Self.name(name.dropLast(), in: text))
            case "topic": self = .topic(try Self.name(name, in: text))
            default: throw InvalidPermission(text: text, reason: .form)
            }
        }
    }

    private static func name(_ name: Substring.UTF8View, in text: String) throws(InvalidPermission) -> Name {
        do throws(InvalidName) {
            return try Name(String(Substring(name)))
        } catch {
            throw InvalidPermission(text: text, reason: .name(error))
        }
    }

    /// The permission that an address needs.
    package init(for address: Address) {
        switch address {
        case .user(let name): self = .user(name)
        case .topic(let name): self = .topic(name)
        case .everyone: self = .everyone
        }
    }
}

extension Permission: CustomStringConvertible {
    package var description: String {
        switch self {
        case .user(let name): "user:\(name)"
        case .topic(let name): "topic:\(name)"
        case .topicsBelow(let prefix): "topic:\(prefix)*"
        case .everyone: "everyone"
        case .anything: "*"
        }
    }
}

/// A text that is no permission.
package struct InvalidPermission: Error, Hashable, CustomStringConvertible {
    package enum Reason: Hashable, Sendable {
        case form
        case star
        case name(InvalidName)
    }

    package let text: String
    package let reason: Reason

    package var description: String {
        let permission = "the permission \(text.debugDescription)"
        return switch reason {
        case .form: "\(permission) is none; write user:ID, topic:NAME, topic:NAME/*, everyone, or *"
        case .star: "\(permission) is none; write * for everything, or topic:NAME/* for what is below a name"
        case .name(let error): "\(permission) is none: \(error)"
        }
    }
}
