extension StringProtocol {
    /// As much of it as has up to 255 bytes, for messages: a text that a client chose can be as long as it likes, and a single
    /// `Character` of it too.
    package var shortened: String {
        var end = unicodeScalars.startIndex
        var bytes = 0
        while end != unicodeScalars.endIndex {
            bytes += UTF8.width(unicodeScalars[end])
            guard bytes <= 255 else { break }
            unicodeScalars.formIndex(after: &end)
        }
        return String(self[..<end])
    }
}
