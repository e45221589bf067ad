#!/bin/sh -e
# Makes the guest and runs it: guest.sh WORK TOOL. WORK has seeds.txt and disk.img (disk.py made them), and gets
# recording/, every write and flush of the guest's disk, and console.txt. TOOL is the powercut that serves the disk.
here=$(cd "$(dirname "$0")" && pwd)
work=$(cd "$1" && pwd)
tool=$2
kernel=$work/kernel

for program in qemu-system-x86_64 busybox cpio depmod sfdisk mke2fs; do
  command -v "$program" > "$work/found.txt" && continue
  apt-get install -y --no-install-recommends qemu-system-x86 busybox-static cpio kmod fdisk e2fsprogs
done
if [ ! -d "$kernel" ]; then
  image=$(apt-cache depends linux-image-amd64 | awk '/Depends: linux-image-/ { print $2 }')
  mkdir -p "$work/packages"
  (cd "$work/packages" && apt-get download "$image")
  dpkg -x "$work"/packages/linux-image-*.deb "$kernel"
fi
version=$(ls "$kernel/lib/modules")
depmod -b "$kernel" "$version"

root=$work/root
rm -rf "$root"
mkdir -p "$root/bin" "$root/dev" "$root/proc" "$root/sys" "$root/mnt" "$root/modules"
cp "$(command -v busybox)" "$root/bin/busybox"
cc -O1 -static -o "$root/bin/random-folders" "$here/../../Tests/Programs/random-folders.c"
cc -O1 -static -o "$root/bin/cases" "$here/cases.c"
cp "$here/init" "$root/init"
chmod 755 "$root/init"
cp "$work/seeds.txt" "$root/seeds"
for module in virtio_pci virtio_blk crc32c_generic ext4; do
  modprobe -d "$kernel" -S "$version" --show-depends "$module"
done | awk '/^insmod/ && !seen[$2]++ { print $2 }' | while read -r file; do
  cp "$file" "$root/modules/"
  basename "$file" >> "$root/modules/order"
done
(cd "$root" && find . | cpio -o -H newc --quiet | gzip -1) > "$work/initrd.gz"

# The cache has to hand flushes on: they are part of the recording.
cat > "$work/boot.sh" <<END
exec qemu-system-x86_64 -accel tcg,thread=single -cpu qemu64 -m 512 -smp 1 -nographic -no-reboot -nodefaults \
  -serial stdio -net none -kernel "$kernel/boot/vmlinuz-$version" -initrd "$work/initrd.gz" \
  -append "console=ttyS0 quiet panic=-1" \
  -drive "if=none,id=disk,format=raw,cache=none,discard=unmap,file=\$1" \
  -device virtio-blk-pci,drive=disk < "$work/found.txt" > "$work/console.txt" 2>&1
END
rm -rf "$work/recording" "$work/nbd.socket"
"$tool" serve --image "$work/disk.img" --record "$work/recording" --socket "$work/nbd.socket" \
  --run "sh $work/boot.sh {uri}"
grep -q '^DONE' "$work/console.txt"
