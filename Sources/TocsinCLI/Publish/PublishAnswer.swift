import FoundationEssentials

/// What the server answered to a publish.
struct PublishAnswer: Sendable {
    let status: UInt
    let reason: String
    let retryAfter: Duration?
    let body: [UInt8]

    private struct Published: Decodable {
        let id: String
    }

    /// The alarm's id.
    ///
    /// - Throws: ``CommandFailure`` when the alarm was not taken; it says why, in one line.
    func id(orWith cure: RefusalCure = RefusalCure()) throws(CommandFailure) -> String {
        guard status == 200 || status == 201 else { throw refusal(cure) }
        guard let published = try? JSONDecoder().decode(Published.self, from: Data(body)) else {
            throw CommandFailure("the answer \(status) has no id; --server is perhaps not a tocsin server")
        }
        return published.id
    }

    /// Why the alarm was not taken.
    func refusal(_ cure: RefusalCure) -> CommandFailure {
        ServerRefusal.failure(status: status, reason: reason, body: body, cure: cure)
    }
}
