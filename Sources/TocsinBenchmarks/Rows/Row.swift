/// What measures some of the design's budgets.
protocol Row: Sendable {
    /// Their numbers.
    var numbers: [Int] { get }
    func findings(_ bench: Bench) async throws -> [Finding]
}

enum Rows {
    static let all: [any Row] = [
        EventCost(), Fanout(), IdleStreams(), SecureStreams(), SinglePublishes(), ArrayPublishes(), BusyUsers(),
        Broadcast(), Resume(), ParserSpeed(), TokenChecks(),
    ]
}
