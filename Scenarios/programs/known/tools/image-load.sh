#!/bin/sh
# Blocks of the image FOLDER/disk that were never written are written by qemu-io and flushed. `ack N` is printed when
# byte N fills the 4 KiB at N MiB and the flush was answered.
#
#     sh image-load.sh FOLDER FORMAT BLOCK...        the blocks, of 1 MiB, in this order
set -eu
image=$1/disk format=$2
shift 2
for block in "$@"; do
  qemu-io -t writeback -f "$format" -c "write -P $block ${block}M 4k" -c flush "$image" >/dev/null
  echo "ack $block"
done
