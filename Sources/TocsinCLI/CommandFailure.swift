/// Why a command could not do its work.
struct CommandFailure: Error, Hashable, CustomStringConvertible {
    enum Status: CInt {
        case failure = 1
        /// `EX_USAGE`: the command line is wrong.
        case badUsage = 64
    }

    let status: Status
    /// One line in lower case: the cause and the cure.
    let message: String

    init(_ message: String) {
        self.status = .failure
        self.message = message
    }

    init(usage message: String) {
        self.status = .badUsage
        self.message = message
    }

    var description: String { message }
}
