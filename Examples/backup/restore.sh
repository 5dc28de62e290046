#!/bin/sh
# Puts a backup in the place of the journal of a stopped Tocsin: restore.sh BACKUP DATA
set -eu

[ $# = 2 ] || { echo "usage: restore.sh BACKUP DATA, as in: restore.sh backup.db tocsin.db" >&2; exit 64; }
backup=$1 data=$2
new=$data.new.$$

fail() {
    echo "restore: $*" >&2
    exit 1
}

[ -f "$backup" ] || fail "there is no $backup"
[ "$(sqlite3 -batch -readonly "$backup" 'PRAGMA integrity_check')" = ok ] || fail "$backup is damaged"
[ "$(sqlite3 -batch -readonly "$backup" 'PRAGMA application_id')" = "$((0x5463736E))" ] \
    || fail "$backup is no journal of Tocsin"

# The server holds this lock for its life.
exec 9>>"$data.lock"
flock -n 9 || fail "a server is using $data; stop it first"

umask 077
trap 'rm -f "$new"' EXIT
cp "$backup" "$new"
# The server must be able to write it: what was there says whose it is, or else the folder.
if [ -e "$data" ]; then owner=$data; else owner=$(dirname "$data"); fi
chown "$(stat -c %u:%g "$owner")" "$new" "$data.lock"
sync "$new"

# With -wal, which belongs to the old journal alone: SQLite would read its alarms into the restored one.
old=$data.$(date -u +%Y%m%dT%H%M%SZ)
for end in '' -wal -shm; do
    [ ! -e "$data$end" ] || mv "$data$end" "$old$end"
done
mv "$new" "$data"
sync "$(dirname "$data")"
echo "restored $data; what was there is $old" >&2
