/// Calls `receive` with the bytes of `text`, all at once or in pieces of one size.
func feed(_ text: String, in size: Int, _ receive: (UnsafeRawBufferPointer) throws -> Void) rethrows {
    let bytes = Array(text.utf8)
    for start in stride(from: 0, to: bytes.count, by: size) {
        try bytes[start..<min(start + size, bytes.count)].withUnsafeBytes(receive)
    }
}
