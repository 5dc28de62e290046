import Synchronization
import Testing

@testable import Tocsin
@testable import TocsinAccess

@Suite struct RevocationsTests {
    private let records = FailingRecords()
    private let time = Clock()
    /// In milliseconds.
    private static let margin = Revocations.margin * 1000

    private final class Clock: Sendable {
        let milliseconds = Mutex<Int64>(10_500)
        var now: Timestamp { Timestamp(milliseconds: milliseconds.withLock(\.self)) }
    }

    private func revocations() async throws -> Revocations {
        try await Revocations(store: records, now: { [time] in time.now })
    }

    private func set(_ milliseconds: Int64) { time.milliseconds.withLock { $0 = milliseconds } }

    private func holder(_ user: String? = nil, id: String? = nil, at milliseconds: Int64? = nil) throws -> Holder {
        Holder(
            subject: try user.map { try Name($0) }, tokenID: id,
            issuedAt: milliseconds.map(Timestamp.init(milliseconds:)))
    }

    @Test("A user's tokens are revoked that were made up to then, in that second, or nobody knows when")
    func users() async throws {
        let revocations = try await revocations()
        try revocations.revoke(.user(Name("tiaz")))
        for (milliseconds, isRevoked) in [
            (nil, true), (-1, true), (0, true), (10_000, true), (10_500, true), (10_999, true), (11_000, false),
            (20_000, false),
        ] as [(Int64?, Bool)] {
            #expect(try revocations.isRevoked(holder("tiaz", at: milliseconds)) == isRevoked, "\(milliseconds ?? -2)")
            #expect(try !revocations.isRevoked(holder("seo", at: milliseconds)))
        }
        #expect(try !revocations.isRevoked(holder("Tiaz")))
        #expect(try !revocations.isRevoked(holder()))
        #expect(try !revocations.isRevoked(holder(id: "tiaz")))
    }

    @Test("Names are compared byte by byte")
    func bytes() async throws {
        let revocations = try await revocations()
        try revocations.revoke(.user(Name("\u{E9}")))
        #expect(try revocations.isRevoked(holder("\u{E9}")))
        #expect(try !revocations.isRevoked(holder("e\u{301}")))
        try revocations.revoke(.token(Name("\u{E9}")))
        #expect(try revocations.isRevoked(holder(id: "\u{E9}")))
        #expect(try !revocations.isRevoked(holder(id: "e\u{301}")))
    }

    @Test("A token is revoked by its id, whenever it was made and whose it is")
    func tokens() async throws {
        let revocations = try await revocations()
        try revocations.revoke(.token(Name("7")))
        #expect(try revocations.isRevoked(holder("tiaz", id: "7", at: 99_000)))
        #expect(try revocations.isRevoked(holder(id: "7")))
        #expect(try !revocations.isRevoked(holder("7", id: "8", at: 0)))
        #expect(try !revocations.isRevoked(holder(id: String(repeating: "7", count: 1000))))
    }

    @Test("Tokens of a clock that is ahead are revoked too, and those that are made later are not")
    func clockAhead() async throws {
        let revocations = try await revocations()
        revocations.clockIsAhead(by: Timestamp(milliseconds: 40_000))
        revocations.clockIsAhead(by: Timestamp(milliseconds: 20_000))
        try revocations.revoke(.user(Name("tiaz")))
        #expect(try revocations.isRevoked(holder("tiaz", at: 40_000)))
        #expect(try !revocations.isRevoked(holder("tiaz", at: 41_000)))
        // By no more than is taken, whatever the own clock was before.
        revocations.clockIsAhead(by: Timestamp(milliseconds: 9_000_000))
        try revocations.revoke(.user(Name("seo")))
        #expect(try revocations.isRevoked(holder("seo", at: 70_000)))
        #expect(try !revocations.isRevoked(holder("seo", at: 71_000)))
    }

    @Test("A revocation is forgotten a day after no such token can be valid, and no earlier")
    func until() async throws {
        let revocations = try await revocations()
        try revocations.revoke(.user(Name("a")), until: Timestamp(milliseconds: 20_000))
        try revocations.revoke(.token(Name("b")), until: Timestamp(milliseconds: 20_001))
        try revocations.revoke(.user(Name("c")))
        try await revocations.save()
        set(Self.margin + 19_999)
        try await revocations.removeOutdated()
        #expect(try revocations.isRevoked(holder("a")) && revocations.isRevoked(holder(id: "b")))
        set(Self.margin + 20_000)
        try await revocations.removeOutdated()
        #expect(try !revocations.isRevoked(holder("a")) && revocations.isRevoked(holder(id: "b")))
        set(.max)
        try await revocations.removeOutdated()
        #expect(try !revocations.isRevoked(holder(id: "b")) && revocations.isRevoked(holder("c")))
        #expect(try await records.records(of: .revokedUser).keys.map(\.string) == ["c"])
        #expect(try await records.records(of: .revokedToken).isEmpty)
    }

    @Test("To revoke again makes it hold from then on, and never shorter")
    func again() async throws {
        let revocations = try await revocations()
        let untils: [(Int64?, Int64, Bool)] = [
            (30_000, 29_999, true), (20_000, 29_999, true), (40_000, 39_999, true), (nil, .max, true),
            (50_000, .max, true),
        ]
        for (number, (until, latest, isRevoked)) in untils.enumerated() {
            set(11_000 + Int64(number) * 1000)
            try revocations.revoke(.user(Name("a")), until: until.map(Timestamp.init(milliseconds:)))
            #expect(try revocations.isRevoked(holder("a", at: 11_000 + Int64(number) * 1000)))
            #expect(try !revocations.isRevoked(holder("a", at: 12_000 + Int64(number) * 1000)))
            set(latest)
            try await revocations.removeOutdated()
            #expect(try revocations.isRevoked(holder("a")) == isRevoked)
        }
    }

    @Test("There are only so many, but each can be made again")
    func limit() async throws {
        let revocations = try await Revocations(store: records, now: { [time] in time.now }, limit: 2)
        try revocations.revoke(.user(Name("a")))
        try revocations.revoke(.token(Name("a")))
        let error = #expect(throws: RevocationError.self) { try revocations.revoke(.user(Name("b"))) }
        #expect(error?.description.contains("there are 2 revocations") == true)
        set(20_000)
        try revocations.revoke(.user(Name("a")))
        #expect(try revocations.isRevoked(holder("a", at: 20_000)) && !revocations.isRevoked(holder("b")))
    }

    @Test("What is stored holds after a restart")
    func storing() async throws {
        let first = try await revocations()
        try first.revoke(.user(Name("a")), until: Timestamp(milliseconds: 20_000))
        try first.revoke(.token(Name("b")))
        try await first.save()
        records.fails = true
        set(Self.margin + 20_000)
        await #expect(throws: JournalError.self) { try await first.removeOutdated() }
        #expect(try first.isRevoked(holder("a")))
        records.fails = false
        let second = try await revocations()
        #expect(try second.isRevoked(holder("a", at: 10_999)) && !second.isRevoked(holder("a", at: 11_000)))
        #expect(try second.isRevoked(holder(id: "b")) && !second.isRevoked(holder("c")))
    }

    @Test("What could not be stored holds, and is stored later")
    func failing() async throws {
        let first = try await revocations()
        try first.revoke(.user(Name("a")))
        try await first.save()
        records.fails = true
        try first.revoke(.user(Name("c")))
        set(30_000)
        try first.revoke(.user(Name("a")))
        await #expect(throws: JournalError.self) { try await first.save() }
        #expect(try first.isRevoked(holder("c")) && first.isRevoked(holder("a", at: 30_000)))
        #expect(try await !revocations().isRevoked(holder("c")))
        records.fails = false
        try await first.save()
        let second = try await revocations()
        #expect(try second.isRevoked(holder("c")) && second.isRevoked(holder("a", at: 30_000)))
        let count = records.changeCount
        try await first.save()
        #expect(records.changeCount == count)
    }

    @Test("One that would be forgotten at once is refused, and takes nothing back")
    func over() async throws {
        let revocations = try await revocations()
        for until in [-1, 0, 10_499, 10_500] as [Int64] {
            #expect(throws: RevocationError.over) {
                try revocations.revoke(.user(Name("a")), until: Timestamp(milliseconds: until))
            }
        }
        #expect(try !revocations.isRevoked(holder("a")))
        try revocations.revoke(.user(Name("a")), until: Timestamp(milliseconds: 10_501))
        #expect(try revocations.isRevoked(holder("a")))
    }

    @Test("A damaged record keeps the server from starting, so that nobody is let in", arguments: ["", "{}", "[1]"])
    func damage(value: String) async throws {
        try await records.put([Name("a"): value], of: .revokedUser)
        let error = await #expect(throws: JournalError.self) { try await revocations() }
        #expect(error?.code == .unusable)
    }

    @Test("Changes at the same time are all stored as they hold")
    func together() async throws {
        let revocations = try await revocations()
        let name = try Name("a")
        await withTaskGroup { group in
            for number in 0..<50 {
                group.addTask {
                    try? revocations.revoke(
                        .user(name), until: Timestamp(milliseconds: 100_000 + Int64(number)))
                    try? await revocations.save()
                    try? await revocations.removeOutdated()
                }
            }
        }
        set(Self.margin + 100_048)
        let second = try await self.revocations()
        try await second.removeOutdated()
        #expect(try second.isRevoked(holder("a")))
        set(Self.margin + 100_049)
        try await second.removeOutdated()
        #expect(try !second.isRevoked(holder("a")))
    }
}
