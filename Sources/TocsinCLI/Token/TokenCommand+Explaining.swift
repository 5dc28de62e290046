import Foundation
import Tocsin
import TocsinAccess

extension TokenCommand {
    /// Explains the token of the command line, or of standard input.
    func explanation(
        environment: [String: String], at now: Timestamp, standardInput: () -> Data
    ) async throws -> TokenExplanation {
        try checkExplaining()
        let keys = try await keys(environment: environment)
        let given = explain == "-" ? String(decoding: standardInput(), as: UTF8.self) : explain ?? ""
        let text = given.trimmingCharacters(in: .whitespacesAndNewlines)
        guard !APIKeys.looksLikeKey(text) else {
            throw CommandFailure(
                "this is an API key and no token; the server's list, of 'tocsin key list', tells what it may do")
        }
        do throws(TokenFault) {
            return TokenExplanation(
                token: try SignedToken(text), text: text, keys: keys, issuer: tokenIssuer, audience: tokenAudience,
                now: now)
        } catch {
            guard error == .malformed, !text.isEmpty, SmallFile.exists(at: text) else {
                throw CommandFailure(error.advice)
            }
            throw CommandFailure("\(error.advice); to read a file: --explain - < \(ShellWord.quoted(text))")
        }
    }

    private func checkExplaining() throws(CommandFailure) {
        let making = [
            ("--user", user != nil), ("--publish", !publish.isEmpty), ("--subscribe", !subscribe.isEmpty),
            ("--admin", admin), ("--expires", expires != nil), ("--id", id != nil), ("--issuer", issuer != nil),
            ("--audience", audience != nil), ("--key-id", keyID != nil),
        ]
        for (flag, isGiven) in making where isGiven {
            let other = ["--issuer", "--audience"].contains(flag) ? ", perhaps --token-\(flag.dropFirst(2))" : ""
            throw CommandFailure(usage: "\(flag) is for making a token, and --explain tells what one says\(other)")
        }
    }

    /// Those of a server that has what is given: a key, a key set, or both.
    private func keys(environment: [String: String]) async throws -> ExplainingKeys {
        var set: [TokenKey] = []
        if let jwks {
            guard let location = KeySetLocation(jwks) else {
                throw CommandFailure(usage: "--jwks \(KeySetLocation.requirement), not \(jwks.debugDescription)")
            }
            set = try await location.keys()
        }
        let source = try TokenKeySource(file: tokenKeyFile, environment: environment)
        return ExplainingKeys(own: try await source?.key(), set: set)
    }
}
