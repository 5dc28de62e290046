import Tocsin
import TocsinAccess

// Who may not ask: by which name, and from which page.

extension Problem {
    static func badHost(_ cause: String) -> Problem {
        Problem(.badHost, "\(cause); send one Host header with the server's name and port")
    }

    /// - Parameter host: without port.
    static func foreignHost(_ host: String) -> Problem {
        Problem(
            .foreignHost,
            "this server does not answer to the name \(host.shortened); if it should, start it with --allowed-host \(host.shortened)"
        )
    }

    /// - Parameter origins: the values of the field `Origin`.
    static func foreignOrigin(_ origins: [String]) -> Problem {
        let origin = origins.joined(separator: ", ")
        let cure =
            origin == "null"
            ? "a page without an origin of its own cannot be allowed; serve it over http"
            : "if they should, start the server with --cors-origin \(origin.shortened)"
        return Problem(.foreignOrigin, "pages of \(origin.shortened) may not do this; \(cure)")
    }

    static var crossSite: Problem {
        Problem(
            .foreignOrigin,
            "a page of another site may not do this; if it should, start the server with --cors-origin and the page's origin, and let the page ask with fetch in mode cors or with EventSource"
        )
    }
}

// Who may not ask, where there are access rules.

extension Problem {
    /// - Parameter places: where they are.
    static func severalTokens(_ places: String) -> Problem {
        Problem(.severalTokens, "there is more than one token, \(places); send one", challenge: .oneToken)
    }

    static var missingToken: Problem {
        Problem(
            .missingToken,
            "this needs a token; send it as Authorization: Bearer, as ?access_token=, or in the cookie tocsin_token",
            challenge: .token)
    }

    /// - Parameters:
    ///   - fault: says nothing that only the token's maker may know.
    ///   - holder: whose token it is, where that is known.
    static func invalidToken(_ fault: TokenFault, of holder: Holder? = nil) -> Problem {
        let cure = if case .expired = fault { "; get a new one" } else { "" }
        return Problem(
            .invalidToken, "\(fault)\(cure)", challenge: .validToken, isPersonal: fault.repeatsToken, holder: holder)
    }

    /// - Parameter holder: who asks.
    static func missingPermission(toListenTo permission: Permission, of holder: Holder) -> Problem {
        if let key = holder.key {
            return Problem(
                .missingPermission,
                "the API key \(key.string.shortened) cannot listen, as no API key can; show a token", challenge: .scope,
                isPersonal: true)
        }
        let orSubject =
            if case .user(let name) = permission { ", or be that user's own (\"sub\": \"\(name)\")" } else { "" }
        return Problem(
            .missingPermission,
            """
            the token does not allow to listen to \(permission); it must have that in "tocsin": {"subscribe": […]}\
            \(orSubject)
            """, challenge: .scope, isPersonal: true)
    }

    /// - Parameters:
    ///   - holder: who asks.
    ///   - pointer: the field with the address.
    static func missingPermission(
        toPublishTo permission: Permission, of holder: Holder, at pointer: JSONPointer
    ) -> Problem {
        if let key = holder.key {
            return Problem(
                .missingPermission,
                "the API key \(key.string.shortened) may not publish to \(permission); add another with 'tocsin key add'",
                at: pointer, challenge: .scope, isPersonal: true)
        }
        return Problem(
            .missingPermission,
            "the token does not allow to publish to \(permission); it must have that in \"tocsin\": {\"publish\": […]}",
            at: pointer, challenge: .scope, isPersonal: true)
    }

    static var missingPublishing: Problem {
        Problem(
            .missingPermission,
            """
            the token does not allow to publish, nor to read and withdraw alarms by their ids; it must say to whom, \
            in "tocsin": {"publish": […]}
            """, challenge: .scope)
    }

    /// - Parameter holder: who asks.
    static func missingAdmin(of holder: Holder) -> Problem {
        if let key = holder.key {
            return Problem(
                .missingPermission,
                """
                this is for admins, and the API key \(key.string.shortened) only publishes; show a token that has \
                "tocsin": {"admin": true}
                """, challenge: .scope, isPersonal: true)
        }
        return Problem(
            .missingPermission, "this is for admins; the token must have \"tocsin\": {\"admin\": true}",
            challenge: .scope)
    }

    static var missingOrigin: Problem {
        Problem(
            .foreignOrigin,
            """
            a request that changes something and shows its token in a cookie must have an Origin; a browser sends one, \
            anything else sends the token as Authorization: Bearer
            """)
    }
}

// What is wrong with a request that manages access.

extension Problem {
    static var noAccessRules: Problem {
        Problem(.noAccessRules, "there are no access rules to manage; start the server with --token-key-file or --jwks")
    }

    static var missingRevocation: Problem {
        Problem(.missingField, "a revocation needs the user (sub) or the id (jti) of the tokens", at: .root)
    }

    static func severalRevocations(at pointer: JSONPointer) -> Problem {
        Problem(.duplicateField, "a revocation has one of sub and jti; send one for each", at: pointer)
    }

    static func badPermission(at pointer: JSONPointer, _ invalid: InvalidPermission) -> Problem {
        Problem(.badPermission, "\(invalid)", at: pointer)
    }

    static func unknownAPIKey(_ name: Name) -> Problem {
        Problem(.notFound, "there is no API key \(name)")
    }

    /// What was taken back is worth nothing, whether that could be stored or not.
    static func heldOnly(_ error: JournalError) -> Problem {
        .unavailable(
            "this holds until the server ends, but is not stored yet, which the server tries again by itself: "
                + error.message)
    }

    /// What could not be stored does not hold.
    static func notKept(_ error: JournalError) -> Problem {
        error.code == .outcomeUnknown
            ? Problem(.outcomeUnknown, "it is unknown whether this was stored; send it again", retryAfter: 1)
            : .unavailable("nothing of this was stored: \(error.message)")
    }
}
