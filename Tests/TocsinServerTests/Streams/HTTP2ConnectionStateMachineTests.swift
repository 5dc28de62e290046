import Testing

@testable import TocsinServer

@Suite struct HTTP2ConnectionStateMachineTests {
    @Test("Nothing closes a connection that serves")
    func serving() {
        var machine = HTTP2ConnectionStateMachine()
        #expect(machine.isIdle)
        machine.streamOpened(1)
        #expect(!machine.isIdle)
        #expect(machine.streamClosed() == false)
        #expect(machine.isIdle)
        #expect(machine.peerHeard() == .none)
    }

    @Test("A connection that leaves with no stream closes when its peer has heard of it")
    func leavingIdle() {
        var machine = HTTP2ConnectionStateMachine()
        #expect(machine.leave() == true)
        #expect(machine.leave() == false)
        #expect(!machine.isIdle)
        #expect(machine.peerHeard() == .close)
        #expect(machine.peerHeard() == .none)
    }

    @Test("Streams that its peer opened meanwhile are served to their end")
    func leavingWithStreams() {
        var machine = HTTP2ConnectionStateMachine()
        machine.streamOpened(1)
        #expect(machine.leave() == true)
        machine.streamOpened(3)
        #expect(machine.streamClosed() == false)
        #expect(machine.streamClosed() == false)
        machine.streamOpened(5)
        #expect(machine.peerHeard() == .tellLastStream)
        #expect(machine.lastStream == 5)
        #expect(machine.streamClosed() == true)
    }
}
