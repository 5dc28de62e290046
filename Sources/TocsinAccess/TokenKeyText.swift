/// What the file of a key holds, before it is read as a key.
enum TokenKeyText {
    /// Without the line end of its file.
    case secret(ArraySlice<UInt8>)
    case publicPEM(String)
    /// Only the private key: what openssl writes for some has their parameters before it.
    case privatePEM(String)

    /// - Throws: ``InvalidTokenKey`` for what is neither, and that others may know.
    init(file bytes: [UInt8]) throws(InvalidTokenKey) {
        let text = String(decoding: bytes, as: UTF8.self)
        if text.contains("PRIVATE KEY-----") {
            let key = text.firstMatch(
                of: #/-----BEGIN [A-Z ]*PRIVATE KEY-----(?s:.*?)-----END [A-Z ]*PRIVATE KEY-----/#)
            self = .privatePEM(key.map { String($0.output) } ?? text)
        } else if Self.isPEM(bytes) {
            self = .publicPEM(text)
        } else {
            // Whole: a line end can be the last byte of a key.
            if let form = KnownKeyForm(of: bytes) { throw InvalidTokenKey(reason: form.reason) }
            var secret = bytes[...]
            if secret.last == UInt8(ascii: "\n") { secret.removeLast() }
            if secret.last == UInt8(ascii: "\r") { secret.removeLast() }
            self = .secret(secret)
        }
    }

    static func isPEM(_ bytes: some Collection<UInt8>) -> Bool {
        bytes.contains("-----BEGIN ".utf8) || bytes.contains("-----END ".utf8)
    }
}
