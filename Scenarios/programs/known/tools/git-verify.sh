#!/bin/sh
# Is FOLDER/repo a repository that has every commit which `git commit` had returned with, as HEAD or behind it, and
# all that they need (`git fsck`)? With `but-last` the last one may be missing: git never syncs the folder in which it
# renames a reference, so that one is a question of its own. Before the first commit nothing is asked.
#
#     sh git-verify.sh FOLDER [but-last]        exit 0 good, 1 not
set -eu
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE
repository=$1/repo
HOME=$1 XDG_CONFIG_HOME=$1 GIT_CONFIG_NOSYSTEM=1 GIT_CEILING_DIRECTORIES=$1
export HOME XDG_CONFIG_HOME GIT_CONFIG_NOSYSTEM GIT_CEILING_DIRECTORIES
if [ ! -s "$POWERCUT_MARKS_BEFORE" ]; then exit 0; fi

git -C "$repository" rev-parse --git-dir >/dev/null || exit 1
if [ "${2-}" = but-last ]; then
  promised=$(tail -n 2 "$POWERCUT_MARKS_BEFORE" | head -n -1 | cut -d ' ' -f 2)
else
  promised=$(tail -n 1 "$POWERCUT_MARKS_BEFORE" | cut -d ' ' -f 2)
fi
if [ -n "$promised" ]; then
  git -C "$repository" merge-base --is-ancestor "$promised" HEAD || {
    echo "an acknowledged commit is not in HEAD: $promised"
    exit 1
  }
  git -C "$repository" fsck --no-dangling --no-reflogs --no-progress HEAD || exit 1
fi
