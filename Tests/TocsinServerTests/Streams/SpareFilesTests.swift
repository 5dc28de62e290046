import NIOConcurrencyHelpers
import Testing

@testable import TocsinServer

@Suite struct SpareFilesTests {
    /// A system that has so many files, and no more.
    private struct System: Sendable {
        let open = NIOLockedValueBox<Set<CInt>>([])
        let limit = NIOLockedValueBox<CInt>(0)

        init(limit: CInt) {
            self.limit.withLockedValue { $0 = limit }
        }

        func spareFiles(_ count: Int) -> SpareFiles {
            SpareFiles(
                count: count,
                opening: {
                    let limit = limit.withLockedValue(\.self)
                    return open.withLockedValue { open in
                        guard let free = (0..<limit).first(where: { !open.contains($0) }) else { return -1 }
                        open.insert(free)
                        return free
                    }
                },
                closing: { file in
                    open.withLockedValue { open in
                        if open.remove(file) == nil { Issue.record("\(file) was not open") }
                    }
                })
        }

        var count: Int { open.withLockedValue(\.count) }
    }

    @Test("They are let go of at once, and with their owner")
    func release() {
        let system = System(limit: 10)
        var files: SpareFiles? = system.spareFiles(4)
        #expect(system.count == 4)
        files?.release()
        #expect(system.count == 0)
        files?.release()
        #expect(files?.takeBack() == true && files?.takeBack() == true && system.count == 4)
        files = nil
        #expect(system.count == 0)
    }

    @Test("They are taken back when there is one more, and until then none is held", arguments: [0, 1, 3, 4, 5, 9])
    func takeBack(free: CInt) {
        let system = System(limit: 4)
        let files = system.spareFiles(4)
        files.release()
        system.limit.withLockedValue { $0 = free }
        #expect(files.takeBack() == (free > 4))
        #expect(system.count == (free > 4 ? 4 : 0))
        system.limit.withLockedValue { $0 = 9 }
        #expect(files.takeBack() && system.count == 4)
    }

    @Test("A system that has few gives what it has")
    func few() {
        let system = System(limit: 2)
        let files = system.spareFiles(4)
        #expect(system.count == 2)
        files.release()
        #expect(system.count == 0)
    }

    @Test("The real ones are open files of this process")
    func real() throws {
        let files = SpareFiles(count: 2)
        files.release()
        #expect(files.takeBack())
    }
}
