#!/bin/sh
# A partition table in the image FOLDER/disk.img, by parted or sfdisk, with their own syncs. `ack NAME` is printed
# when the tool has returned.
#
#     sh partition.sh FOLDER parted|sfdisk init      a table with partition a
#     sh partition.sh FOLDER parted|sfdisk NAME      a partition of this name more
set -eu
disk=$1/disk.img tool=$2 name=$3
start=4096
if [ "$name" = init ]; then
  truncate -s 4M "$disk"
  start=2048 name=a
  case $tool in
    parted) parted -s "$disk" mklabel gpt 2>/dev/null ;;
    sfdisk) echo 'label: gpt' | sfdisk -q "$disk" ;;
  esac
fi

case $tool in
  parted) parted -s "$disk" mkpart "$name" "${start}s" "$((start + 1023))s" 2>/dev/null ;;
  sfdisk) echo "start=$start, size=1024, name=$name" | sfdisk -q --append "$disk" ;;
esac
echo "ack $name"
