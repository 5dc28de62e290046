/// What a request waits for whose token is of a key that is not known, or not yet.
package struct AwaitedKeys: Sendable {
    private let keySet: KeySet
    private let readings: Int

    /// - Parameter readings: how often the set had been read when the key was looked for.
    package init(_ keySet: KeySet, beyond readings: Int) {
        self.keySet = keySet
        self.readings = readings
    }

    /// Waits for what ``KeySet/refresh(beyond:)`` brings.
    ///
    /// - Returns: whether a key that is not there then is none of the set.
    @discardableResult
    package func arrive() async -> Bool {
        await keySet.refresh(beyond: readings)
    }
}
