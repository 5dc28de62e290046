extension String {
    /// Whether it has the same bytes, as texts in tokens are compared (RFC 7519 7.3): `==` would take an `é` of one character
    /// for one of two.
    func isSame(as other: String) -> Bool { utf8.elementsEqual(other.utf8) }
}
