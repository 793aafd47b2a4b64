#!/bin/busybox sh
# The first process of the virtual machine: makes its root of the host's, read-only by 9p, with all
# that is written kept in memory, and goes on there. /rig/settings says where `guest.sh` lies.
box=/bin/busybox
$box mount -t proc proc /proc
$box mount -t devtmpfs dev /dev
for module in $($box cat /rig/modules); do
    $box insmod "/rig/$module" || $box echo "no module $module"
done
. /rig/settings
$box mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000,cache=loose,ro host /lower &&
    $box mount -t tmpfs memory /memory && $box mkdir /memory/upper /memory/work &&
    $box mount -t overlay -o lowerdir=/lower,upperdir=/memory/upper,workdir=/memory/work \
        system /system || $box poweroff -f
$box mkdir -p /system/run
$box mount -t tmpfs run /system/run
$box cp /rig/settings /system/run/rig-settings
$box umount /proc
$box mount --move /dev /system/dev
exec $box switch_root /system /bin/sh "$PROJECT/tests/vm/guest.sh"
