#!/bin/sh
# Does the tool that wrote it find a partition table in FOLDER/disk.img, with partition a and all that it was done
# with? Where one copy is damaged and the other one good, parted asks whether to use that, and is answered OK.
#
#     sh partition-verify.sh FOLDER parted|sfdisk        exit 0 good, 1 not
set -eu
export LC_ALL=C
case $2 in
  parted) found=$(yes OK | head -n 9 | parted ---pretend-input-tty "$1/disk.img" unit s print 2>&1 | tr -d '\r') ;;
  sfdisk) found=$(sfdisk -d "$1/disk.img" 2>&1) || true ;;
esac
for name in a $(cat "$POWERCUT_MARKS_BEFORE"); do
  printf '%s\n' "$found" | grep -Eq "^ *[0-9]+ .* $name *\$|name=\"$name\"" || {
    printf '%s\n' "$found" | grep '^Error: ' || printf '%s\n' "$found"
    echo "partition $name is not there"
    exit 1
  }
done
