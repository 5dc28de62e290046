/// Counts the streams that are open, and says whether one more may be. No clock, no I/O.
struct StreamAdmission: Sendable {
    /// Streams at a time.
    let maximum: Int
    /// Streams at a time of one client address; `nil` for as many as it likes.
    let maximumPerAddress: Int?
    private(set) var count = 0
    private var countOfAddress: [IPAddress: Int] = [:]
    var isDraining = false

    /// How many client addresses are remembered.
    var clientCount: Int { countOfAddress.count }

    init(maximum: Int, maximumPerAddress: Int?) {
        self.maximum = maximum
        self.maximumPerAddress = maximumPerAddress
    }

    /// Counts a stream in.
    ///
    /// - Returns: `nil`, or why it may not be opened.
    mutating func admit(from address: IPAddress?) -> RefusalReason? {
        if isDraining { return .draining }
        guard count < maximum else { return .connections }
        if let maximumPerAddress, let client = address?.client {
            let open = countOfAddress[client, default: 0]
            guard open < maximumPerAddress else { return .connectionsPerAddress }
            countOfAddress[client] = open + 1
        }
        count += 1
        return nil
    }

    /// Counts a stream out that was counted in.
    mutating func end(from address: IPAddress?) {
        count -= 1
        guard maximumPerAddress != nil, let client = address?.client else { return }
        let rest = countOfAddress[client, default: 0] - 1
        countOfAddress[client] = rest > 0 ? rest : nil
    }
}
