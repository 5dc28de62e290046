import FoundationEssentials

/// Why a server did not do what it was asked to, as its answer says.
struct ServerRefusal {
    /// The members of a problem (RFC 9457) that a person wants to read.
    private struct Problem: Decodable {
        let type: String?
        let title: String?
        let detail: String?
        let pointer: String?
    }

    private static let types = "urn:tocsin:problem:"

    private let text: String
    private let place: String
    private let advice: String?

    /// - Parameter body: of the answer.
    /// - Returns: `nil` where it is no problem, as it is where it is a tocsin server.
    init?(status: UInt, body: [UInt8], cure: RefusalCure) {
        guard let problem = try? JSONDecoder().decode(Problem.self, from: Data(body)),
            let text = problem.detail ?? problem.title
        else { return nil }
        let type = problem.type.flatMap { $0.hasPrefix(Self.types) ? $0.dropFirst(Self.types.count) : nil }
        switch type {
        case "missing-token":
            // What follows is for who writes requests.
            self.text = String(text.prefix { $0 != ";" })
            advice = cure.noToken
        case "invalid-token":
            self.text = text
            advice = cure.badToken
        case "missing-permission":
            self.text = text
            advice = cure.littleToken
        default:
            self.text = text
            advice = Self.surplus(status, cure)
        }
        // An empty pointer is the whole body, which says nothing.
        place = problem.pointer.map { $0.isEmpty ? "" : " at \($0)" } ?? ""
    }

    /// The cause and the cure, where the status is told already.
    var message: String { text + (advice.map { "; \($0)" } ?? "") }

    /// - Parameters:
    ///   - body: of the answer, a problem where it is a tocsin server.
    static func failure(
        status: UInt, reason: String, body: [UInt8], cure: RefusalCure = RefusalCure()
    ) -> CommandFailure {
        guard let refusal = ServerRefusal(status: status, body: body, cure: cure) else {
            let advice = surplus(status, cure) ?? "--server is perhaps not a tocsin server"
            return CommandFailure("the server answered \(status) \(reason); \(advice)")
        }
        return CommandFailure(
            "\(refusal.text) (\(status)\(refusal.place))" + (refusal.advice.map { "; \($0)" } ?? ""))
    }

    /// Where the URL of the server is that of one of its routes.
    private static func surplus(_ status: UInt, _ cure: RefusalCure) -> String? {
        guard status == 404 || status == 405, let path = cure.surplusPath else { return nil }
        return "--server is the server's URL, perhaps without \(path)"
    }
}
