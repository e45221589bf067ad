#!/bin/sh
# Commits to the table of FOLDER/db with the journal mode `delete`; `ack N` is printed when COMMIT N has returned.
#
#     sh sqlite-load.sh FOLDER SEED init|SYNCHRONOUS [COMMITS]        SYNCHRONOUS is full, extra …
set -eu
database=$1/db seed=$2 synchronous=$3 commits=${4:-4}
if [ "$synchronous" = init ]; then
  exec sqlite3 -init /dev/null "$database" 'CREATE TABLE commits (number INTEGER PRIMARY KEY, text TEXT);'
fi

{
  echo "PRAGMA journal_mode=delete; PRAGMA synchronous=$synchronous;"
  for number in $(seq "$commits"); do
    echo "BEGIN; INSERT INTO commits VALUES ($number, '$seed.$number ' || hex(zeroblob(600))); COMMIT;"
    echo "SELECT 'ack ' || $number;"
  done
} | stdbuf -oL sqlite3 -init /dev/null -bail "$database"
