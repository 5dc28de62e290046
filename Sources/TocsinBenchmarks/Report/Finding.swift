/// A line of the table: one figure beside its budget.
struct Finding: Hashable, Sendable {
    /// Which of the budgets it is about.
    let row: Int
    let what: String
    let measured: String
    /// The same of whom it is compared with.
    var peer = "–"
    var ratio = "–"
    var budget: String
    /// `nil` where there is nothing to be met, or nobody to compare with.
    var isMet: Bool?
}
