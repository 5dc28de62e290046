extension Duration {
    /// For how long something is kept: seconds, a begun one not counted. Less than nothing is nothing.
    package var wholeSeconds: Int {
        Int(clamping: max(0, components.seconds))
    }
}
