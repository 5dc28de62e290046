#!/bin/sh
# Copies the journal of a running or stopped Tocsin: backup.sh DATA BACKUP
set -eu

[ $# = 2 ] || { echo "usage: backup.sh DATA BACKUP, as in: backup.sh tocsin.db backup.db" >&2; exit 64; }
data=$1 backup=$2
new=$backup.new.$$

fail() {
    echo "backup: $*" >&2
    exit 1
}

# Otherwise sqlite3 would make an empty one.
[ -f "$data" ] || fail "there is no $data"
# Quotes in a name would end the SQL string below.
case $new in *\'*) fail "a backup's name cannot have a quote" ;; esac
trap 'rm -f "$new" "$new-journal"' EXIT
umask 077

# One read transaction: the state of one instant, while the server goes on writing. SQLite's `.backup` would begin
# anew with every publish that comes in between, and copy the bytes of deleted alarms too.
sqlite3 -batch -readonly -cmd '.timeout 10000' "$data" "VACUUM INTO '$new'"

[ "$(sqlite3 -batch -readonly "$new" 'PRAGMA integrity_check')" = ok ] || fail "the copy of $data is damaged"
# 0x5463736E, "Tcsn", is how Tocsin marks its files.
[ "$(sqlite3 -batch -readonly "$new" 'PRAGMA application_id')" = "$((0x5463736E))" ] \
    || fail "$data is no journal of Tocsin"

# On disk before it takes the place of an older backup, which stays whole until then.
sync "$new"
mv -f "$new" "$backup"
sync "$(dirname "$backup")"
