@testable import Tocsin

extension Name {
    /// A name that a test knows to be one.
    init(known string: String) {
        guard let name = try? Name(string) else { preconditionFailure("\(string) is no name") }
        self = name
    }
}
