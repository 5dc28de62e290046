/// How long a test waits for what must come. Only one that fails waits so long: it is far more than a busy machine needs.
public let patience = Duration.seconds(60)

/// Waits until something is so that no message tells of.
///
/// - Throws: ``NeverSo`` when ``patience`` ends.
public func eventually(
    _ what: String, isolation: isolated (any Actor)? = #isolation, _ isSo: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + patience
    while try await !isSo() {
        guard ContinuousClock.now < deadline else { throw NeverSo(what: what) }
        // The machine's few cores are for what is waited for.
        try await Task.sleep(for: .milliseconds(2))
    }
}

/// What was waited for did not come.
public struct NeverSo: Error, CustomStringConvertible {
    let what: String
    public var description: String { "waited in vain: \(what)" }
}
