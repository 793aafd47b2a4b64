"""A private pcscd with virtual readers: the real PC/SC stack, apart from the system's own."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from drivers.api.device import Device, Finding, Identity
from drivers.api.errors import DeviceNotFound, DriverError, DriverUnavailable
from drivers.sim.pcscd_pace import COMPILED_MS, pace
from drivers.sim.pcscd_process import DEBIAN_PACKAGES, PcscdProcess, pcscd_version
from drivers.sim.pcscd_states import ask_states
from drivers.sim.vpcd_ports import PortPair

MAX_SLOTS = 16  # of one pcscd
_SOCKET_VARIABLE = "PCSCLITE_CSOCK_NAME"
_VPCD = Path("/usr/lib/pcsc/drivers/serial/libifdvpcd.so")


@dataclass(frozen=True, slots=True)
class VpcdSlot:
    """One virtual reader: its PC/SC name, and the local port where a card is plugged in."""

    reader_name: str
    port: int


class PrivatePcscd(Device):
    """A pcscd of this process's own, with ``slots`` virtual readers.

    For as long as it is open, this process and its children find it through
    PCSCLITE_CSOCK_NAME instead of the system's. One at a time per process: libpcsclite reads
    that variable once, so the socket keeps its path for the life of the process.
    ``driver`` is vpcd's ``libifdvpcd.so``, where it is not in Debian's place. ``poll_ms`` is how
    often it looks for cards; less than the compiled 400 ms takes libfaketime, without which it
    looks every 400 ms all the same and says so.
    """

    _open: PrivatePcscd | None = None
    _socket_folder: Path | None = None

    def __init__(
        self, slots: int = 2, driver: Path | None = None, poll_ms: float = COMPILED_MS
    ) -> None:
        if not 1 <= slots <= MAX_SLOTS:
            raise ValueError(f"a pcscd has 1 to {MAX_SLOTS} slots, not {slots}")
        self._pace = pace(poll_ms)
        if PrivatePcscd._open:
            raise DriverError("this process has a private pcscd already, and can have only one")
        vpcd = driver or _VPCD
        if not vpcd.is_file():
            raise DriverUnavailable(f"no vpcd driver at {vpcd}: {DEBIAN_PACKAGES}")
        self.socket_path = self._process_folder() / "pcscd.comm"
        self._folder = Path(tempfile.mkdtemp(prefix="rig-pcscd-"))
        self._pairs: list[PortPair] = []
        self._claims: dict[VpcdSlot, Callable[[], None]] = {}
        self._process: PcscdProcess | None = None
        self._variable_before = os.environ.get(_SOCKET_VARIABLE)
        PrivatePcscd._open = self
        try:
            self._pairs = [PortPair() for _ in range(0, slots, 2)]
            self._slots = self._configure(vpcd.resolve())[:slots]
            self._start()
        except BaseException:
            self.close()
            raise
        os.environ[_SOCKET_VARIABLE] = str(self.socket_path)
        atexit.register(self.close)

    def claim(self, on_restart: Callable[[], None]) -> VpcdSlot:
        """Take the next free slot; ``on_restart`` is called when pcscd has come back."""
        for slot in self._slots:
            if slot not in self._claims:
                self._claims[slot] = on_restart
                return slot
        raise DeviceNotFound(f"all {len(self._slots)} slots are taken", device=self._label())

    def release(self, slot: VpcdSlot) -> None:
        """Give a slot back. Idempotent."""
        self._claims.pop(slot, None)

    def sees_empty(self, slot: VpcdSlot) -> bool | None:
        """Whether pcscd knows by now that no card is in the slot; None when it is not up."""
        state = ask_states(self.socket_path, timeout_s=1.0).get(slot.reader_name)
        return None if state is None else state.is_empty

    @property
    def looks_every_s(self) -> float:
        """How long pcscd may take to notice that a card has come or gone."""
        return self._pace.real_ms / 1000

    @property
    def pid(self) -> int:
        """Process id of the running pcscd."""
        if self._process is None:
            raise DeviceNotFound("pcscd is not running", device=self._label())
        return self._process.pid

    def kill(self) -> None:
        """Let pcscd die at once, as a crash would. No effect when it is dead."""
        if self._process:
            self._process.kill()
            self._process = None

    def restart(self) -> None:
        """Start it again at the same socket and ports; the cards held to it are found again."""
        self.kill()
        self._start()
        for on_restart in list(self._claims.values()):
            on_restart()

    def close(self) -> None:
        if PrivatePcscd._open is not self:
            return
        PrivatePcscd._open = None
        atexit.unregister(self.close)
        if self._process:
            self._process.stop()
            self._process = None
        for pair in self._pairs:
            pair.release()
        if self._variable_before is None:
            os.environ.pop(_SOCKET_VARIABLE, None)
        else:
            os.environ[_SOCKET_VARIABLE] = self._variable_before
        shutil.rmtree(self._folder, ignore_errors=True)

    def identity(self) -> Identity:
        model = f"private pcscd with vpcd, {self._pace}"
        return Identity("pcsc-lite", model, firmware=pcscd_version())

    def self_test(self) -> tuple[Finding, ...]:
        listed = ask_states(self.socket_path, timeout_s=1.0)
        missing = [slot.reader_name for slot in self._slots if slot.reader_name not in listed]
        advice = f"missing: {', '.join(missing)}; open the bench again" if missing else ""
        return (
            Finding(f"{len(self._slots)} virtual readers are listed", not missing, advice),
            Finding(str(self._pace), ok=True),  # slow is not broken
        )

    def _start(self) -> None:
        readers = frozenset(slot.reader_name for slot in self._slots)
        self._process = PcscdProcess(self._folder, self.socket_path, readers, self._pace)

    def _configure(self, vpcd: Path) -> list[VpcdSlot]:
        """Write reader.conf.d: an entry per two slots, each with a driver file of its own.

        vpcd keeps its table of slots in the library, indexed by slot alone: entries that share
        a library file would share cards.
        """
        folder = self._folder / "reader.conf.d"
        folder.mkdir()
        slots = []
        for number, pair in enumerate(self._pairs):
            library = self._folder / f"libifdvpcd{number}.so"
            shutil.copy(vpcd, library)
            name = f"Rig Reader {number}"
            (folder / f"reader{number}").write_text(
                f'FRIENDLYNAME "{name}"\nDEVICENAME /dev/null:{pair.first}\n'
                f"LIBPATH {library}\nCHANNELID 0x{pair.first:X}\n"
            )
            slots += [VpcdSlot(f"{name} 00 0{slot}", pair.first + slot) for slot in (0, 1)]
        return slots

    @classmethod
    def _process_folder(cls) -> Path:
        if cls._socket_folder is None:
            cls._socket_folder = Path(tempfile.mkdtemp(prefix="rig-pcsc-"))
            atexit.register(shutil.rmtree, cls._socket_folder, ignore_errors=True)
        return cls._socket_folder

    def _label(self) -> str:
        return self.name or "private pcscd"
