#!/bin/sh
# What is named is done to the repository FOLDER/repo, with core.fsync=all: git is to sync every kind of object and
# reference. `ack N HASH` is printed when commit N has returned, with `commit-sync` after a sync of the folder that
# the branch's reference was renamed in.
#
#     sh git-commit.sh FOLDER SEED STEP...        init, commit, commit-sync, gc
set -eu
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE
folder=$1 seed=$2
shift 2
HOME=$folder XDG_CONFIG_HOME=$folder GIT_CONFIG_NOSYSTEM=1 TZ=UTC
GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.org GIT_AUTHOR_DATE='1700000000 +0000'
GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@example.org GIT_COMMITTER_DATE='1700000000 +0000'
export HOME XDG_CONFIG_HOME GIT_CONFIG_NOSYSTEM TZ GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL GIT_AUTHOR_DATE
export GIT_COMMITTER_NAME GIT_COMMITTER_EMAIL GIT_COMMITTER_DATE
repository() { git -C "$folder/repo" -c core.fsync=all -c core.fsyncMethod=fsync -c gc.auto=0 "$@"; }

number=0
for step in "$@"; do
  case $step in
    init)
      mkdir -p "$folder/repo"
      repository -c init.defaultBranch=main init -q --template=
      ;;
    commit | commit-sync)
      number=$((number + 1))
      echo "$seed.$number" >"$folder/repo/file"
      repository add file
      repository commit -q -m "$seed.$number"
      if [ "$step" = commit-sync ]; then sync "$folder/repo/.git/refs/heads"; fi
      echo "ack $number $(repository rev-parse HEAD)"
      ;;
    gc) repository gc -q ;;
  esac
done
