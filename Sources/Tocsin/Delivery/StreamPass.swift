/// What lets a stream be open: it ends with it.
package final class StreamPass: Sendable {
    /// Who shows it, as what lets streams in knows them.
    package let holder: any Sendable
    /// From when on it is worth nothing; `nil` for never.
    package let expiresAt: Timestamp?

    package init(holder: any Sendable, expiresAt: Timestamp?) {
        self.holder = holder
        self.expiresAt = expiresAt
    }
}
