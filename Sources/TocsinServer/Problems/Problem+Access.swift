// Who may not ask, while there are no access rules.

extension Problem {
    static func badHost(_ cause: String) -> Problem {
        Problem(.badHost, "\(cause); send one Host header with the server's name and port")
    }

    /// - Parameter host: without port.
    static func foreignHost(_ host: String) -> Problem {
        Problem(
            .foreignHost,
            "this server does not answer to the name \(host.prefix(255)); if it should, start it with --allowed-host \(host.prefix(255))"
        )
    }

    static func foreignOrigin(_ origin: String) -> Problem {
        let cure =
            origin == "null"
            ? "a page without an origin of its own cannot be allowed; serve it over http"
            : "if they should, start the server with --cors-origin \(origin.prefix(255))"
        return Problem(.foreignOrigin, "pages of \(origin.prefix(255)) may not do this; \(cure)")
    }

    static var crossSite: Problem {
        Problem(
            .foreignOrigin,
            "a page of another site may not do this; if it should, start the server with --cors-origin and the page's origin, and let the page ask with fetch in mode cors or with EventSource"
        )
    }
}
