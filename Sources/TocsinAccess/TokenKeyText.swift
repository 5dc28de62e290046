/// What the file of a key holds, before it is read as a key.
enum TokenKeyText {
    /// Without the line end of its file.
    case secret(ArraySlice<UInt8>)
    case publicPEM(String)
    /// Only the private key: what openssl writes for some has their parameters before it.
    case privatePEM(String)

    init(file bytes: [UInt8]) {
        let text = String(decoding: bytes, as: UTF8.self)
        if text.contains("PRIVATE KEY-----") {
            let key = text.firstMatch(
                of: #/-----BEGIN [A-Z ]*PRIVATE KEY-----(?s:.*?)-----END [A-Z ]*PRIVATE KEY-----/#)
            self = .privatePEM(key.map { String($0.output) } ?? text)
        } else if Self.isPEM(bytes) {
            self = .publicPEM(text)
        } else {
            var secret = bytes[...]
            if secret.last == UInt8(ascii: "\n") { secret.removeLast() }
            if secret.last == UInt8(ascii: "\r") { secret.removeLast() }
            self = .secret(secret)
        }
    }

    static func isPEM(_ bytes: some Collection<UInt8>) -> Bool {
        bytes.contains("-----BEGIN ".utf8)
    }
}
