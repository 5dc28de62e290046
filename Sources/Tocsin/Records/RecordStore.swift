/// Small facts that are kept beside the alarms: each of a kind, and by a name within it.
package protocol RecordStore: Sendable {
    /// All of a kind.
    func records(of kind: RecordKind) async throws(JournalError) -> [Name: String]

    /// Keeps records, each in the place of what its name stood for; all or none. They are durable when it returns.
    ///
    /// - Throws: ``JournalError``; with the code `outcomeUnknown` nobody knows whether they were stored.
    func put(_ records: [Name: String], of kind: RecordKind) async throws(JournalError)

    /// Forgets names, those that are not there too.
    ///
    /// - Throws: as ``put(_:of:)``.
    func remove(_ names: [Name], of kind: RecordKind) async throws(JournalError)
}

/// What records are about; the raw value is how it is written down.
package enum RecordKind: String, CaseIterable, Hashable, Sendable {
    /// An API key, by its name.
    case apiKey = "api-key"
    /// A user whose tokens were revoked.
    case revokedUser = "revoked-user"
    /// A token that was revoked, by its id.
    case revokedToken = "revoked-token"
}
