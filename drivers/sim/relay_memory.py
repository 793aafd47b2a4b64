"""Relay states that outlive the process, as the copper of a real board does.

A small file a board, named by its serial, in a folder of the user's own below the system's
temporary folder (``TMPDIR`` moves it), mapped into every process that looks. A new file is a
board just powered: all relays off, held by the kernel's HID driver.
"""

from __future__ import annotations

import fcntl
import mmap
import os
import re
import stat
import tempfile
from pathlib import Path

from drivers.api.errors import DriverError

_SIZE = 2
_RELAYS, _DETACHED = 0, 1  # where each byte stands


def relay_states(serial: str) -> int:
    """The relays of a virtual board as any process left them: one bit each, relay 1 lowest."""
    try:
        data = (state_folder() / _file_name(serial)).read_bytes()
    except FileNotFoundError:
        return 0
    return data[_RELAYS] if data else 0


class RelayMemory:
    """One board's lasting state. What is written is seen by other processes at once."""

    def __init__(self, serial: str) -> None:
        path = state_folder() / _file_name(serial)
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        self._fd = os.open(path, flags, 0o600)
        os.ftruncate(self._fd, _SIZE)  # adds zeros to a new file and changes nothing in an old one
        self._map = mmap.mmap(self._fd, _SIZE)

    @property
    def relays(self) -> int:
        """One bit a relay, relay 1 lowest."""
        return self._map[_RELAYS]

    @relays.setter
    def relays(self, mask: int) -> None:
        self._map[_RELAYS] = mask

    @property
    def detached(self) -> bool:
        """Whether the kernel's driver was told to let go; like relays, it outlives processes."""
        return bool(self._map[_DETACHED])

    @detached.setter
    def detached(self, detached: bool) -> None:
        self._map[_DETACHED] = detached

    def claim(self) -> bool:
        """Keep other processes out; False when one is in. The system ends it with the process."""
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def unclaim(self) -> None:
        """Let other processes in again."""
        fcntl.flock(self._fd, fcntl.LOCK_UN)

    def close(self) -> None:
        """Unmap the file, which stays. Idempotent."""
        if not self._map.closed:
            self._map.close()
            os.close(self._fd)


def state_folder() -> Path:
    """The folder, made where there is none. Raises DriverError for one that is not private."""
    folder = Path(tempfile.gettempdir()) / f"digital-key-rig-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    private = stat.S_ISDIR(found.st_mode) and not found.st_mode & 0o077
    if not private or found.st_uid != os.getuid():  # the parent is everybody's
        raise DriverError(f"{folder} is not a private folder of this user; remove it")
    return folder


def _file_name(serial: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9]{5}", serial):
        raise DriverError(f"serial {serial!r} is not 5 letters and digits")
    return f"relays-{serial}"
