extension Duration {
    /// For how long something is kept: seconds, of which a begun one counts. Less than nothing is nothing.
    package var wholeSeconds: Int {
        let (seconds, rest) = components
        guard seconds >= 0, rest >= 0 else { return 0 }
        return rest > 0 && seconds < Int.max ? Int(seconds) + 1 : Int(seconds)
    }
}
