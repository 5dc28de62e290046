/// A token or a key that is worth nothing.
package struct RefusedToken: Error, Hashable, Sendable {
    package let fault: TokenFault
    /// Who has shown it; `nil` where nobody can tell, as of one that was not signed with one of the keys.
    package let holder: Holder?

    init(_ fault: TokenFault, holder: Holder? = nil) {
        self.fault = fault
        self.holder = holder
    }
}
