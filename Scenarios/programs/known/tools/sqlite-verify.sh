#!/bin/sh
# Is FOLDER/db sound, and does it hold the rows of every commit that had returned, and of no number of commits besides
# but the next one? Opening it makes SQLite roll a journal back that it finds.
#
#     sh sqlite-verify.sh FOLDER        exit 0 good, 1 not
set -eu
promised=$(tail -n 1 "$POWERCUT_MARKS_BEFORE")
answer=$(sqlite3 -init /dev/null -bail "$1/db" 'PRAGMA integrity_check; SELECT count(*), coalesce(max(number), 0) FROM commits;' 2>&1) || {
  echo "sqlite3 fails: $answer"
  exit 1
}
rows=${answer##*|}
[ "$answer" = "ok
$rows|$rows" ] || {
  echo "not sound: $answer"
  exit 1
}
[ "$rows" -ge "${promised:-0}" ] || {
  echo "an acknowledged commit is gone: ${promised:-0} were, $rows are there"
  exit 1
}
[ "$rows" -le $((${promised:-0} + 1)) ]
