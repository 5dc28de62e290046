import Logging
import Metrics
import NIOConcurrencyHelpers
import NIOCore

extension Hub {
    /// Brings alarms to streams and removes what is not kept, until the Task is cancelled.
    ///
    /// Then it takes no more, ends all streams, answers what is being published, closes the journal and returns: once it has,
    /// everything is on the disk that was answered. It waits for a disk that hangs. Alarms that are published before it runs
    /// are brought when it does.
    ///
    /// With swift-service-lifecycle, a service's `run()` is
    /// `await cancelWhenGracefulShutdown { await hub.run() }`.
    ///
    /// - Precondition: it is called once.
    public func run() async {
        let isFirst = isStarted.withLockedValue { isStarted in
            defer { isStarted = true }
            return !isStarted
        }
        precondition(isFirst, "a hub runs once; make another with a journal of its own")
        await withTaskGroup { group in
            group.addTask { await self.dispatch() }
            group.addTask { await self.maintain() }
            // Either returns when the Task is cancelled, or the journal has closed.
            await group.next()
            group.cancelAll()
        }
        await drainStreams(within: .zero)
        await publisher.close()
        await closeJournal()
    }

    /// Hands every committed batch, in order, to every shard; returns when the journal closes or the Task is cancelled.
    package func dispatch() async {
        for await commit in journal.commits(after: start) {
            switch commit {
            case .entries(let entries, _):
                metrics.alarmsCommitted.increment(by: entries.count)
            case .discontinuity(let head):
                logger.warning("the journal lost its past: all streams are reset", metadata: ["head": "\(head)"])
            }
            for shard in shards {
                await shard.post(commit)
            }
        }
    }

    /// Every second looks after publishes that wait, and every third removes what retention does not keep; returns when
    /// the Task is cancelled.
    ///
    /// What the journal does runs in a Task of its own: where the disk hangs, nothing else does.
    package func maintain() async {
        var seconds = 0
        while (try? await Task.sleep(for: .seconds(1))) != nil {
            publisher.refuseOverdue()
            seconds += 1
            let removesOutdated = seconds % 3 == 0
            let isFree = isMaintaining.withLockedValue { isMaintaining in
                defer { isMaintaining = true }
                return !isMaintaining
            }
            guard isFree else { continue }
            Task.detached { [self] in
                await publisher.probeAfterFailure()
                if removesOutdated { await removeOutdated() }
                isMaintaining.withLockedValue { $0 = false }
            }
        }
    }

    /// Removes all that retention does not keep, and tells the shards.
    package func removeOutdated() async {
        do throws(JournalError) {
            while try await journal.removeOutdated(configuration.retention) {
                if isDraining { return }
            }
            let head = try await journal.head
            let page = try await journal.alarms(
                after: head, through: head, for: .addresses([]), limit: PageLimit(alarms: 1))
            for shard in shards {
                shard.eventLoop.execute { shard.shard.retentionMoved(to: page.floor) }
            }
        } catch {
            guard error.code != .closed else { return }
            log.log(.error, "outdated alarms could not be removed, which is tried again: \(error.message)")
        }
    }
}
