/// What a case has shown to be wrong.
struct Finding: Error {
    let message: String

    init(_ message: String) {
        self.message = message
    }
}
