# What follows on the host's own files: what a machine's start would have up (udev, pcscd), then the
# checks, then the end. Results go to the second serial line.
. /run/rig-settings
export COLUMNS=200 PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/run/tmp TMPDIR=/run/tmp PYTHONPATH=$PROJECT
mount -t proc proc /proc
mount -t sysfs sys /sys
mkdir -p /dev/pts /dev/shm /run/pcscd /run/udev /run/no-readers
mount -t devpts pts /dev/pts
mount -t tmpfs shm /dev/shm
mkdir -p /run/tmp
busybox ip link set lo up
for udevd in /lib/systemd/systemd-udevd /usr/lib/systemd/systemd-udevd; do
    [ ! -x $udevd ] || break
done
$udevd --daemon
pcscd --foreground --config /run/no-readers >/run/pcscd.log 2>&1 &
cd "$PROJECT"
"$PYTHON" -m tests.vm.inside >/dev/ttyS1 </dev/null
busybox poweroff -f
