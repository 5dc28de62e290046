/// Waits until something is so, for at most 20 seconds.
func eventually(_ what: String, _ isSo: () throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(20)
    while try !isSo() {
        guard ContinuousClock.now < deadline else { throw NeverSo(what: what) }
        try await Task.sleep(for: .milliseconds(2))
    }
}

struct NeverSo: Error, CustomStringConvertible {
    let what: String
    var description: String { "waited in vain: \(what)" }
}
