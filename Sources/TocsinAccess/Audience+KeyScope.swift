import Crypto
package import Tocsin

extension Audience {
    /// Keeps the idempotency keys of an audience apart from those of every other, since who may publish to one must neither use
    /// up the keys of another nor find out which there are. The same for the same addresses in another order.
    ///
    /// Whoever may publish there shares them: another process of an application, with another token, sends again safely.
    package var keyScope: String {
        var hash = SHA256()
        for address in addresses.map(\.bytes).sorted(by: { $0.lexicographicallyPrecedes($1) }) {
            // With its length before it, so that no two lists of addresses have the same bytes.
            withUnsafeBytes(of: UInt64(address.count).littleEndian) { hash.update(bufferPointer: $0) }
            hash.update(data: Array(address))
        }
        return Base64URL.encoded(Array(hash.finalize()))
    }
}
