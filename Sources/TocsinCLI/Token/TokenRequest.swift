import Tocsin
import TocsinAccess

/// A token that is to be made.
struct TokenRequest: Hashable {
    let user: String?
    let publish: [Permission]
    let subscribe: [Permission]
    let isAdmin: Bool
    /// Seconds.
    let life: Int
    let id: String
    let issuer: String?
    let audience: String?

    static let usualLife: DurationOption = .seconds(3600)
    private static let lives: ClosedRange<DurationOption> = .seconds(1)...(.days(3650))

    /// What the token is to say; what there is nothing of is not in it.
    func claims(at now: Timestamp) -> TokenClaims {
        let begin = (now.milliseconds / 1000)
        let allowsMore = !publish.isEmpty || !subscribe.isEmpty || isAdmin
        let access = TokenClaims.Access(
            publish: publish.isEmpty ? nil : publish.map(\.description),
            subscribe: subscribe.isEmpty ? nil : subscribe.map(\.description), admin: isAdmin ? true : nil)
        return TokenClaims(
            sub: user, exp: Double(begin + Int64(life)), iat: Double(begin), iss: issuer,
            aud: audience.map(TokenClaims.Audience.one), jti: id, tocsin: allowsMore ? access : nil)
    }

    /// Checks what a claim, or the key's id, is to be.
    ///
    /// - Throws: ``CommandFailure`` where a server could not be told it.
    static func checkName(_ flag: String, _ name: String?) throws(CommandFailure) {
        guard let name else { return }
        do throws(InvalidName) {
            _ = try Name(name)
        } catch {
            throw CommandFailure(usage: "\(flag): \(error)")
        }
    }

    /// Seconds of what follows `--expires`.
    ///
    /// - Throws: ``CommandFailure`` where these are not whole ones of the range.
    static func life(_ text: String?) throws(CommandFailure) -> Int {
        let life = text.map { DurationOption($0) } ?? usualLife
        guard let life, lives.contains(life), let seconds = life.wholeSeconds else {
            throw CommandFailure(
                usage: "--expires is a duration of whole seconds from \(lives.lowerBound) to \(lives.upperBound), "
                    + "like 30m, 12h or 7d, not \((text ?? "").debugDescription)")
        }
        return seconds
    }
}
