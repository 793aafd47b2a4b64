"""A watch over calls into the PC/SC library, which has no timeouts of its own.

A mute card, or a stopped pcscd, holds a call for ever. The library waits on a unix socket to
pcscd, one per context; shutting that socket down makes the stuck call return an error. The
caller arms the watch by storing one number, so an APDU that is answered pays no thread switch.
Needs Linux's /proc; elsewhere a stuck call stays stuck.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from contextlib import suppress

TICK_S = 0.05  # a call is broken off at most this much after its deadline
_FDS = "/proc/self/fd"


class CallWatch:
    """Breaks off the calls of one PC/SC context that outlast ``deadline_ns``."""

    def __init__(self) -> None:
        self.deadline_ns = 0  # of time.perf_counter_ns; 0 while no call is under way
        self.expired = False
        self._before = _open_sockets()
        self._socket: socket.socket | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="pcsc-watch", daemon=True)
        self._thread.start()

    def arm(self, timeout_s: float) -> None:
        """Start the time of one call."""
        self.deadline_ns = time.perf_counter_ns() + round(timeout_s * 1e9)

    def adopt(self) -> bool:
        """Take hold of the socket of a context just established.

        False when several appeared meanwhile and it is not known which one is ours. A second
        descriptor of the same socket is kept, so that a number the library has closed and
        somebody else opened again is never touched.
        """
        found = _service_sockets(_open_sockets() - self._before)
        if len(found) > 1:
            for one in found:
                one.close()
            return False
        self._socket = found[0] if found else None
        return True

    def break_off(self) -> None:
        """Make whatever call is under way return with an error; the context is dead then."""
        mine = [self._socket] if self._socket else []
        found = mine or _service_sockets(_open_sockets() - self._before)
        for one in found:
            with suppress(OSError):  # pcscd closed it first: the call returns by itself
                one.shutdown(socket.SHUT_RDWR)
            if one is not self._socket:
                one.close()

    def stop(self) -> None:
        """End the watch."""
        self._stop.set()
        self._thread.join()
        if self._socket:
            self._socket.close()

    def _run(self) -> None:
        while not self._stop.wait(TICK_S):
            if 0 < self.deadline_ns <= time.perf_counter_ns():
                self.expired = True
                self.deadline_ns = 0
                self.break_off()


def _open_sockets() -> set[tuple[int, str]]:
    """Return descriptor and inode of every socket this process has open."""
    found = set()
    for fd in os.listdir(_FDS) if os.path.isdir(_FDS) else []:
        with suppress(OSError):  # closed by another thread meanwhile
            link = os.readlink(f"{_FDS}/{fd}")
            if link.startswith("socket:"):
                found.add((int(fd), link))
    return found


def _service_sockets(among: set[tuple[int, str]]) -> list[socket.socket]:
    """Return second descriptors of those sockets that lead to a pcscd."""
    found = []
    for fd, _inode in among:
        with suppress(OSError):  # closed by another thread meanwhile
            copy = socket.socket(fileno=os.dup(fd))
            if copy.family == socket.AF_UNIX and _leads_to_pcscd(copy):
                found.append(copy)
            else:
                copy.close()
    return found


def _leads_to_pcscd(candidate: socket.socket) -> bool:
    try:
        peer = candidate.getpeername()
    except OSError:  # not connected
        return False
    named = os.environ.get("PCSCLITE_CSOCK_NAME", "pcscd.comm")
    return isinstance(peer, str) and (peer == named or peer.endswith("/pcscd.comm"))
