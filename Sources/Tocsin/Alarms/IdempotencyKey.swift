/// By what a journal knows an alarm again that is sent a second time.
package struct IdempotencyKey: Hashable, Sendable {
    /// As it was given.
    package let name: Name
    /// Keeps apart the keys of publishers who must not use each other's; `nil` where all have theirs together. ASCII without
    /// control characters.
    package let scope: String?

    package init(_ name: Name, scope: String? = nil) {
        self.name = name
        self.scope = scope
    }

    /// The same text for the same key only: no name has a line feed in it.
    package var string: String { scope.map { "\(name.string)\n\($0)" } ?? name.string }
}
