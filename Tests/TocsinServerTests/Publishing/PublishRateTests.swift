import NIOCore
import Testing

@testable import Tocsin
@testable import TocsinServer

@Suite struct PublishRateTests {
    @Test("Who publishes too often is told when to come again, and counted")
    func refusal() throws {
        let now = Taken(NIODeadline.uptimeNanoseconds(7))
        let refusals = RefusalCounts()
        let rate = PublishRate(3, refusals: refusals) { now.value }
        let client = try #require(IPAddress("192.0.2.1"))
        for _ in 0..<15 { try rate.admit(client) }
        let problem = #expect(throws: Problem.self) { try rate.admit(client) }
        #expect(problem?.status == 429)
        #expect(problem?.retryAfter == 1)
        #expect(problem?.detail.contains("3 times a second") == true)
        #expect(refusals[.publishRate] == 1)
        now.value = now.value + .seconds(1)
        for _ in 0..<3 { try rate.admit(client) }
        #expect(throws: Problem.self) { try rate.admit(client) }
    }
}
