"""A virtual machine with Debian's own kernel and this machine's files, and what came of it."""

from __future__ import annotations

import json
import os
import platform
import queue
import shlex
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tests.vm.initramfs import Modules, archive

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
KERNEL = ROOT / "build" / "kernel"  # put there by .ci/setup
MODULES = ["virtio_pci", "9pnet_virtio", "9p", "overlay"]
MODULES += ["vhci_hcd", "usbhid", "hid_generic", "cdc_acm"]
PATIENCE_S = 900.0  # until a machine that hangs is ended; a busy one may take minutes
_ARGUMENTS = (
    "-machine q35,accel=tcg,usb=off -cpu Nehalem -smp 2 -m 1500 -nodefaults -no-reboot"
    " -display none -serial file:console.txt -serial stdio"
    " -device virtio-9p-pci,fsdev=host,mount_tag=host"
)
_FILES = "local,id=host,path=/,security_model=none,readonly=on,multidevs=remap"
_COMMAND_LINE = "console=ttyS0 quiet panic=-1 rdinit=/init mitigations=off"
_NEEDED = {"qemu-system-x86_64": "qemu-system-x86", "busybox": "busybox-static"}
_NEEDED |= {"udevadm": "udev", "pcscd": "pcscd"}

Result = dict[str, Any]


def missing() -> str:
    """Why no machine can be started here; "" when one can."""
    return next(_reasons(), "")


def _reasons() -> Iterator[str]:
    if sys.platform != "linux" or platform.machine() != "x86_64":
        yield "the virtual machine shares this machine's programs, so it takes Linux on x86-64"
    for program, package in _NEEDED.items():
        if _found(program) is None:
            yield f"{program} is not installed: apt install {package}"
    if b"ld-linux" in Path(str(_found("busybox"))).read_bytes()[:4096]:
        yield "busybox is not the static one: apt install busybox-static"
    if not Path("/usr/lib/pcsc/drivers/ifd-ccid.bundle").exists():
        yield "there is no driver for card readers: apt install libccid"
    if find_spec("smartcard") is None:
        yield "pyscard is not installed: `make setup` compiles it"
    if _kernel() is None:
        yield "there is no kernel to start: `make setup` fetches Debian's linux-image"


class VirtualMachine:
    """Starts in the constructor; ``results`` come in as the checks inside end, by their names."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        kernel, busybox = _kernel(), _found("busybox")
        assert kernel is not None
        assert busybox is not None
        modules = Modules(KERNEL).in_order(MODULES)
        (folder / "initramfs").write_bytes(archive(_files(Path(busybox), modules)))
        command = ["setpriv", "--pdeathsig", "KILL"]  # it does not outlive who started it
        command += ["qemu-system-x86_64", *_ARGUMENTS.split(), "-fsdev", _FILES]
        command += ["-kernel", str(kernel), "-initrd", "initramfs", "-append", _COMMAND_LINE]
        self._process = subprocess.Popen(
            ["/usr/bin/env", *command],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            errors="replace",
        )
        threading.Thread(target=self._listen, daemon=True).start()
        self._until = time.monotonic() + PATIENCE_S
        self._results: dict[str, Result] = {}
        self._ended = False

    def result(self, name: str) -> Result:
        """What a check has found. AssertionError with its complaint, or the console's, if none."""
        while name not in self._results and not self._ended:
            self._take()
        found = self._results.get(name)
        assert found is not None, f"the machine ended without {name!r}; {self.console_tail()}"
        assert "error" not in found, f"inside, {name!r} failed:\n{found['error']}"
        return found

    def ended(self) -> int:
        """Wait for its end; QEMU's exit status."""
        while not self._ended:
            self._take()
        return self._process.wait(PATIENCE_S)

    def console_tail(self) -> str:
        """The end of what the kernel wrote."""
        console = self._folder / "console.txt"
        text = console.read_text(errors="replace") if console.exists() else "(nothing)"
        return "its console ends with:\n" + "\n".join(text.splitlines()[-25:])

    def close(self) -> None:
        """End it, however far it is. Idempotent."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()

    def _take(self) -> None:
        try:
            line = self._lines.get(timeout=max(0.0, self._until - time.monotonic()))
        except queue.Empty:
            self._ended = True
            self.close()
            raise AssertionError(f"not done in {PATIENCE_S:g} s; {self.console_tail()}") from None
        if not line:
            self._ended = True
        elif line.startswith("{"):
            record = json.loads(line)
            self._results[record.pop("check")] = record

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line.strip() or "-")
        self._lines.put("")


def _files(busybox: Path, modules: dict[str, bytes]) -> dict[str, bytes]:
    settings = {"PROJECT": str(ROOT), "PYTHON": sys.executable}
    said = "".join(f"{name}={shlex.quote(value)}\n" for name, value in settings.items())
    return {
        "init": (HERE / "initramfs.sh").read_bytes(),
        "bin/busybox": busybox.read_bytes(),
        "rig/settings": said.encode(),
        "rig/modules": "\n".join(f"{name}.ko" for name in modules).encode(),
        **{f"rig/{name}.ko": code for name, code in modules.items()},
    }


def _kernel() -> Path | None:
    return next(iter(KERNEL.glob("boot/vmlinuz-*")), None)


def _found(program: str) -> str | None:
    return shutil.which(program) or shutil.which(program, path="/usr/sbin:/sbin:" + os.defpath)
