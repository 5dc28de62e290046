import Tocsin
import TocsinAccess

/// What a token says that is good, rule by rule and with no thought of speed (RFC 7519, and the interface).
struct ReferenceClaims {
    let subject: String?
    let publish: [String]
    let subscribe: [String]
    let isAdmin: Bool
    let expiry: Double

    private struct Bad: Error {}
    private typealias Members = [(name: String?, value: ReferenceJSON.Value)]

    /// - Returns: `nil` for a token that is not good at `now`; its signature is.
    init?(header: [UInt8], claims: [UInt8], at now: Timestamp) {
        do {
            let header = try Self.object(header)
            guard try Self.one("crit", in: header) == nil else { throw Bad() }
            guard case .string(_, let units)? = try Self.one("alg", in: header), Self.text(units) == "HS256" else {
                throw Bad()
            }
            if case .string(_, let units)? = try Self.one("kid", in: header), Self.text(units) == nil { throw Bad() }
            let claims = try Self.object(claims)
            let seconds = Double(now.milliseconds) / 1000
            subject = try Self.string("sub", in: claims)
            if let subject { _ = try Name(subject) }
            _ = try Self.string("iss", in: claims)
            if let id = try Self.string("jti", in: claims) { _ = try Name(id) }
            _ = try Self.time("nbf", in: claims)
            if let made = try Self.time("iat", in: claims), (made * 1000).rounded(.down) / 1000 > seconds + 60 {
                throw Bad()
            }
            guard let expiry = try Self.time("exp", in: claims), (expiry * 1000).rounded(.down) / 1000 > seconds else {
                throw Bad()
            }
            self.expiry = expiry
            if let begin = try Self.time("nbf", in: claims), (begin * 1000).rounded(.down) / 1000 > seconds {
                throw Bad()
            }
            try Self.checkAudience(try Self.one("aud", in: claims))
            var access: Members = []
            switch try Self.one("tocsin", in: claims) {
            case nil, .scalar("null"): break
            case .object(let members): access = Self.named(members)
            default: throw Bad()
            }
            publish = try Self.list("publish", in: access)
            subscribe = try Self.list("subscribe", in: access)
            for text in publish + subscribe { _ = try Permission(text) }
            switch try Self.one("admin", in: access) {
            case nil, .scalar("null"), .scalar("false"): isAdmin = false
            case .scalar("true"): isAdmin = true
            default: throw Bad()
            }
        } catch {
            return nil
        }
    }

    func describes(_ grant: Grant) -> Bool {
        Array((grant.holder.subject?.string ?? "").utf8) == Array((subject ?? "").utf8)
            && grant.publish.all.map { "\($0)" }.elementsEqual(publish) && grant.isAdmin == isAdmin
            && grant.subscribe.all.map { "\($0)" }.elementsEqual(subscribe)
            && grant.expiresAt?.milliseconds == Int64((expiry * 1000).rounded(.down))
    }

    private static func object(_ bytes: [UInt8]) throws -> Members {
        guard let (value, depth) = ReferenceJSON.read(bytes), depth <= 64, case .object(let members) = value else {
            throw Bad()
        }
        // What is no text in a name cannot be compared.
        let named = named(members)
        guard named.allSatisfy({ $0.name != nil }) else { throw Bad() }
        return named
    }

    private static func named(_ members: [(name: ReferenceJSON.Value, value: ReferenceJSON.Value)]) -> Members {
        members.map { member in
            guard case .string(_, let units) = member.name else { return (nil, member.value) }
            return (text(units), member.value)
        }
    }

    private static func text(_ units: [UInt16]) -> String? { String(validating: units, as: UTF16.self) }

    /// The member with a name, which is there at most once.
    private static func one(_ name: String, in members: Members) throws -> ReferenceJSON.Value? {
        guard members.allSatisfy({ $0.name != nil }) else { throw Bad() }
        let values = members.filter { $0.name == name }
        guard values.count <= 1 else { throw Bad() }
        return values.first?.value
    }

    private static func string(_ name: String, in members: Members) throws -> String? {
        switch try one(name, in: members) {
        case nil, .scalar("null"): return nil
        case .string(_, let units):
            guard let text = text(units) else { throw Bad() }
            return text
        default: throw Bad()
        }
    }

    /// Seconds since 1970 up to the year 9999, which can be told in milliseconds.
    private static func time(_ name: String, in members: Members) throws -> Double? {
        switch try one(name, in: members) {
        case nil, .scalar("null"): return nil
        case .scalar(let text):
            guard let number = Double(text), abs(number * 1000) < 9_007_199_254_740_992,
                number < 253_402_300_800
            else { throw Bad() }
            return number
        default: throw Bad()
        }
    }

    private static func checkAudience(_ value: ReferenceJSON.Value?) throws {
        switch value {
        case nil, .scalar("null"): return
        case .string(_, let units): guard text(units) != nil else { throw Bad() }
        case .array(let elements): _ = try elements.map(string)
        default: throw Bad()
        }
    }

    private static func list(_ name: String, in members: Members) throws -> [String] {
        switch try one(name, in: members) {
        case nil, .scalar("null"): return []
        case .array(let elements): return try elements.map(string)
        default: throw Bad()
        }
    }

    private static func string(_ value: ReferenceJSON.Value) throws -> String {
        guard case .string(_, let units) = value, let text = text(units) else { throw Bad() }
        return text
    }
}
