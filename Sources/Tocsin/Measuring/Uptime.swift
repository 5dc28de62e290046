import NIOCore

/// A clock that does not go back, in nanoseconds; tests give one of their own.
package typealias Uptime = @Sendable () -> UInt64

/// The system's ``Uptime``.
package let systemUptime: Uptime = { NIODeadline.now().uptimeNanoseconds }
