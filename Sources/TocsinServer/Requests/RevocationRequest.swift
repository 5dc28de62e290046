import Tocsin
import TocsinAccess

/// The body of `POST /revocations`: `{"sub": …}` or `{"jti": …}`, and perhaps `"until"`.
struct RevocationRequest: Hashable, Sendable {
    let target: Revocations.Target
    let until: Timestamp?

    /// Seconds since 1970, up to the year 9999.
    private static let times = 0...253_402_300_799

    init(body: [UInt8]) throws(Problem) {
        var target: Revocations.Target?
        var until: Timestamp?
        try JSONReader.members(of: body, what: "a revocation", known: ["sub", "jti", "until"]) { name, json in
            let pointer = { JSONPointer(name) }
            switch name {
            case "until":
                let seconds = try json.integer(in: Self.times, unit: "seconds since 1970", at: pointer)
                until = Timestamp(milliseconds: Int64(seconds) * 1000)
            default:
                guard target == nil else { throw Problem.severalRevocations(at: pointer()) }
                let value = try json.name(at: pointer)
                target = name == "sub" ? .user(value) : .token(value)
            }
        }
        guard let target else { throw .missingRevocation }
        self.target = target
        self.until = until
    }
}
