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

    /// The members of a problem (RFC 9457) that a person wants to read.
    private struct Problem: Decodable {
        let title: String?
        let detail: String?
        let pointer: String?
    }

    /// The alarm's id.
    ///
    /// - Throws: ``CommandFailure`` when the alarm was not taken; it says why, in one line.
    func id() throws(CommandFailure) -> String {
        guard status == 200 || status == 201 else { throw refusal }
        guard let published = try? JSONDecoder().decode(Published.self, from: Data(body)) else {
            throw CommandFailure("the answer \(status) has no id; --server is perhaps not a tocsin server")
        }
        return published.id
    }

    private var refusal: CommandFailure {
        let problem = try? JSONDecoder().decode(Problem.self, from: Data(body))
        guard let problem, let text = problem.detail ?? problem.title else {
            return CommandFailure("the server answered \(status) \(reason); --server is perhaps not a tocsin server")
        }
        // An empty pointer is the whole body, which says nothing.
        let place = problem.pointer.map { $0.isEmpty ? "" : " at \($0)" } ?? ""
        return CommandFailure("\(text) (\(status)\(place))")
    }
}
