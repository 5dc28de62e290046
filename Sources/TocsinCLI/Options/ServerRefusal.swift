import FoundationEssentials

/// Why a server did not do what it was asked to.
enum ServerRefusal {
    /// The members of a problem (RFC 9457) that a person wants to read.
    private struct Problem: Decodable {
        let title: String?
        let detail: String?
        let pointer: String?
    }

    /// - Parameters:
    ///   - body: of the answer, a problem where it is a tocsin server.
    static func failure(status: UInt, reason: String, body: [UInt8]) -> CommandFailure {
        let problem = try? JSONDecoder().decode(Problem.self, from: Data(body))
        guard let problem, let text = problem.detail ?? problem.title else {
            return CommandFailure("the server answered \(status) \(reason); --server is perhaps not a tocsin server")
        }
        // An empty pointer is the whole body, which says nothing.
        let place = problem.pointer.map { $0.isEmpty ? "" : " at \($0)" } ?? ""
        return CommandFailure("\(text) (\(status)\(place))")
    }
}
