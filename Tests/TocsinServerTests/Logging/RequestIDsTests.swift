import Testing

@testable import TocsinServer

@Suite struct RequestIDsTests {
    private let ids = RequestIDs()

    @Test(
        "A client's own id is taken where it is safe in logs",
        arguments: ["a", "7f3a-9c.~_:+/=", String(repeating: "x", count: 64)])
    func own(id: String) {
        #expect(ids.id(given: [id]) == id)
    }

    @Test(
        "Any other request gets a new one",
        arguments: [
            [], [""], ["a b"], ["a\"b"], ["a\nb"], ["é"], ["a{b}"], [String(repeating: "x", count: 65)], ["a", "a"],
        ])
    func new(given: [String]) {
        let made = (0..<3).map { _ in ids.id(given: given) }
        #expect(Set(made).count == 3)
        #expect(made.allSatisfy { !given.contains($0) && ids.id(given: [$0]) == $0 })
    }
}
