/// What a shard has done since it last told, in plain integers: a delivered event costs no atomic operation.
struct ShardTally {
    var events = 0
    /// Of those events.
    var bytes = 0
    var heartbeats = 0
}
