import GRDB

/// The tables, version by version.
enum Schema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { database in
            try database.execute(sql: version1)
        }
        migrator.registerMigration("2") { database in
            try database.execute(sql: version2)
        }
        migrator.registerMigration("3") { database in
            try database.execute(sql: version3)
        }
        return migrator
    }

    /// Times are in milliseconds since 1970; `low` is the second part of an alarm's id.
    private static let version1 = """
        CREATE TABLE alarms (
            low INTEGER PRIMARY KEY AUTOINCREMENT, -- sqlite_sequence has the newest, whatever was removed
            published_at INTEGER NOT NULL,
            expires_at INTEGER,
            audience TEXT NOT NULL,                -- user, users, topic, topics or everyone
            names TEXT,                            -- the name, or a JSON array of names
            event TEXT NOT NULL,
            data_text TEXT,                        -- data that was a JSON string, and what it says
            data_json TEXT,                        -- any other data
            translations TEXT,                     -- JSON array: language, "text" or "json", content; language, …
            retry INTEGER,
            ttl INTEGER,
            key TEXT,
            withdraws INTEGER,                     -- low of the alarm that this entry withdraws
            withdrawn_by INTEGER                   -- low of the entry that withdraws this alarm
        );
        CREATE INDEX alarms_by_expiry ON alarms (expires_at) WHERE expires_at IS NOT NULL;
        CREATE TABLE addresses (
            name TEXT NOT NULL,                    -- 'u' and a user, 't' and a topic, or 'e' for everyone
            low INTEGER NOT NULL,
            PRIMARY KEY (name, low)
        ) WITHOUT ROWID;
        CREATE TABLE keys (
            key TEXT NOT NULL PRIMARY KEY,
            low INTEGER NOT NULL,
            at INTEGER NOT NULL
        ) WITHOUT ROWID;
        CREATE INDEX keys_by_age ON keys (at);
        CREATE TABLE epochs (
            high INTEGER PRIMARY KEY,              -- first part of the ids from first_low on
            first_low INTEGER NOT NULL
        );
        CREATE TABLE state (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            floor INTEGER NOT NULL,                -- low of the newest alarm that retention has removed
            probes INTEGER NOT NULL
        );
        INSERT INTO state VALUES (1, 0, 0);
        """

    /// Addresses lie together by segments of the journal, see ``AddressSegment``.
    private static let version2 = """
        CREATE TABLE segmented (
            segment INTEGER NOT NULL,              -- low / \(AddressSegment.length)
            name TEXT NOT NULL,                    -- 'u' and a user, 't' and a topic, or 'e' for everyone
            low INTEGER NOT NULL,
            PRIMARY KEY (segment, name, low)
        ) WITHOUT ROWID;
        INSERT INTO segmented SELECT low / \(AddressSegment.length), name, low FROM addresses ORDER BY 1, 2, 3;
        DROP TABLE addresses;
        ALTER TABLE segmented RENAME TO addresses;
        """

    private static let version3 = """
        CREATE TABLE records (
            kind TEXT NOT NULL,                    -- a RecordKind
            name TEXT NOT NULL,
            value TEXT NOT NULL,
            PRIMARY KEY (kind, name)
        ) WITHOUT ROWID;
        """
}
