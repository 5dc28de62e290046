import Tocsin
import TocsinAccess

/// Ends the streams whose tokens were signed with a key that has left the key set: whoever has stolen it chose when they expire.
struct LostKeys: Sendable {
    let authenticator: Authenticator
    let keySet: KeySet
    let hub: Hub

    /// Until its Task is cancelled.
    func run() async {
        for await _ in keySet.losses {
            await hub.endStreams { [authenticator] pass in authenticator.isRevoked(pass) }
        }
    }
}
