"""A machine that set-up is tried on: its own root, its own commands, and no network.

The set-up script runs as it is. The tools it calls (Python, pip, apt-get, sudo) are stand-ins that
note their arguments and leave behind what the real ones would.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
from pathlib import Path

PROJECT = Path(__file__).parents[2]

# What each package brings, as far as set-up looks at it.
PACKAGES = {
    "pcscd": "usr/sbin/pcscd",
    "libccid": "usr/lib/pcsc/drivers/ifd-ccid.bundle",
    "vsmartcard-vpcd": "usr/lib/pcsc/drivers/serial/libifdvpcd.so",
    "libfaketime": "usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1",
    "libpcsclite-dev": "usr/include/PCSC/winscard.h",
    "gcc": "usr/sbin/gcc",
    "libc6-dev": "usr/include/stdlib.h",
    "libpython3-dev": "usr/include/python3.11/Python.h",
    "python3-venv": "usr/share/ensurepip",
    "opensc": "usr/sbin/opensc-tool",
    "libnfc-bin": "usr/sbin/nfc-list",
    "chromium": "usr/sbin/chromium",
    "postgresql": "usr/lib/postgresql/15/bin/initdb",
    "poppler-utils": "usr/sbin/pdftotext",
    "tshark": "usr/sbin/tshark",
    "fonts-dejavu-core": "usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
    "qemu-system-x86": "usr/sbin/qemu-system-x86_64",
    "busybox-static": "usr/sbin/busybox",
    "udev": "usr/sbin/udevadm",
}
FOR_TESTS = {
    "opensc",
    "libnfc-bin",
    "chromium",
    "fonts-dejavu-core",
    "postgresql",
    "poppler-utils",
    "tshark",
}
FOR_TESTS |= {"qemu-system-x86", "busybox-static", "udev"}
KERNEL = "linux-image-6.1.0-1-amd64"

TOOLS = ["cat", "cksum", "cp", "date", "dirname", "env", "find", "flock"]
TOOLS += ["grep", "ln", "mkdir", "mv", "readlink", "rm", "sed", "sh", "tail", "tar", "touch"]

PYTHON = """#!/bin/sh
case "$*" in
-V) echo "Python 3.11.2" ;;
*version_info*) [ ! -e "$MACHINE/old-python" ] ;;
*ensurepip*) [ -e "$RIG_SYSTEM_ROOT/usr/share/ensurepip" ] ;;
*sysconfig*) echo "$RIG_SYSTEM_ROOT/usr/include/python3.11" ;;
"-m venv "*)
    [ -e "$RIG_SYSTEM_ROOT/usr/share/ensurepip" ] || exit 1
    rm -rf .venv && mkdir -p .venv/bin .venv/lib/python3.11/site-packages
    ln -s "$(readlink -f "$0")" .venv/bin/python && echo "#!$PWD/.venv/bin/python" >.venv/bin/pip ;;
"-m pip "*)
    echo "$*" >>"$MACHINE/pip.log"
    case "$*" in
    *requirements-pcsc.lock*)
        [ ! -e "$MACHINE/pcsc-breaks" ] || exit 1
        mkdir -p .venv/lib/python3.11/site-packages/smartcard
        touch .venv/lib/python3.11/site-packages/smartcard/_scard.so ;;
    *) [ ! -e "$MACHINE/pip-breaks" ] || { echo "no such version"; exit 1; } ;;
    esac ;;
esac
"""

APT_GET = """#!/bin/sh
echo "$*" >>"$MACHINE/apt.log"
case "$*" in
*download*) [ ! -e "$MACHINE/download-breaks" ] && touch linux-image.deb; exit ;;
*install*) ;;
*) [ ! -e "$MACHINE/update-breaks" ] && exit 0 || exit 100 ;; esac
for word in "$@"; do
    brought=$(cat "$MACHINE/packages/$word" 2>/dev/null) || continue
    mkdir -p "$(dirname "$RIG_SYSTEM_ROOT/$brought")"
    cp "$MACHINE/bin/true" "$RIG_SYSTEM_ROOT/$brought"
done
"""

APT_CACHE = f"""#!/bin/sh
[ "$1" != depends ] || echo "  Depends: {KERNEL}"
[ -e "$MACHINE/packages/$2" ]
"""


class Machine:
    """A clone of the project on a bare Debian, with `python3` and `apt-get`."""

    def __init__(self, folder: Path, *, user: int = 0) -> None:
        self.folder = folder
        self.root = folder / "root"
        self.clone = folder / "clone"
        (self.clone / ".ci").mkdir(parents=True)
        for name in ("setup", "system-packages"):
            shutil.copy(PROJECT / ".ci" / name, self.clone / ".ci")
        for path in (*PROJECT.glob("requirements*.lock"), PROJECT / "pyproject.toml"):
            shutil.copy(path, self.clone)
        (folder / "packages").mkdir()
        for package, brought in PACKAGES.items():
            (folder / "packages" / package).write_text(brought)
        (folder / "bin").mkdir()
        for tool in TOOLS:
            if found := shutil.which(tool):
                (folder / "bin" / tool).symlink_to(found)
        self.command("true", "#!/bin/sh\n")
        self.command("id", f"#!/bin/sh\necho {user}\n")
        self.command("uname", "#!/bin/sh\necho x86_64\n")
        self.command("apt-cache", APT_CACHE)
        self.command("dpkg-deb", '#!/bin/sh\ncat "$MACHINE/kernel.tar"\n')
        self.command("apt-get", APT_GET)
        self.command("python3", PYTHON)

    def holds_a_kernel(self) -> None:
        """Let the package of the kernel hold what set-up takes out of it, and something else."""
        folders = ("drivers/usb", "drivers/hid", "drivers/virtio", "net/9p", "fs", "sound")
        names = [f"./lib/modules/1/kernel/{folder}/module.ko" for folder in folders]
        with tarfile.open(self.folder / "kernel.tar", "w") as package:
            for name in ("./boot/vmlinuz-1", *names):
                package.addfile(tarfile.TarInfo(name))

    def command(self, name: str, text: str) -> None:
        """Put a command on this machine's path."""
        path = self.folder / "bin" / name
        path.write_text(text)
        path.chmod(0o755)

    def has(self, *packages: str) -> None:
        """Bring these packages, as their own installation would."""
        for package in packages:
            path = self.root / PACKAGES[package]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o755)

    def set_up(self, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
        """Run the set-up of a verb (`run` unless it is said) and return what it wrote."""
        return subprocess.run(
            [self.clone / ".ci" / "setup", *(words or ("run",))],
            env={
                "PATH": str(self.folder / "bin"),
                "MACHINE": str(self.folder),
                "RIG_SYSTEM_ROOT": str(self.root),
                "LC_ALL": os.environ.get("LC_ALL", "C"),
                **settings,
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def said_to(self, tool: str) -> list[str]:
        """What `pip` or `apt` was called with so far, a call a line."""
        path = self.folder / f"{tool}.log"
        return path.read_text().splitlines() if path.exists() else []
