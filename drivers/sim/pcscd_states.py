"""What a pcscd knows of its readers, asked on its own socket without libpcsclite.

libpcsclite is bound to one pcscd for the life of a process and waits for ever; this asks a
given pcscd, with a deadline. The protocol is that of pcsc-lite's ``winscard_msg.h``.
"""

from __future__ import annotations

import socket
import struct
from dataclasses import dataclass
from pathlib import Path

_VERSION, _READER_STATES = 0x11, 0x12
_READERS = 16
# Name, event counter, state; sharing, ATR, its length and the protocol are not needed here.
_STATE = struct.Struct("=128s I I 48x")
_ABSENT = 0x2


@dataclass(frozen=True, slots=True)
class VpcdState:
    """One reader as pcscd sees it."""

    name: str
    is_empty: bool


def ask_states(socket_path: Path, timeout_s: float) -> dict[str, VpcdState]:
    """Return the readers of a pcscd by name; none when it is not up."""
    try:
        with socket.socket(socket.AF_UNIX) as asking:
            asking.settimeout(timeout_s)
            asking.connect(str(socket_path))
            asking.sendall(struct.pack("=IIiiI", 12, _VERSION, 4, 4, 0))
            _receive_exactly(asking, 12)
            asking.sendall(struct.pack("=II", 0, _READER_STATES))
            table = _receive_exactly(asking, _READERS * _STATE.size)
    except OSError:
        return {}
    states = {}
    for padded, _events, state in _STATE.iter_unpack(table):
        name = padded.split(b"\0", 1)[0].decode()
        if name:
            states[name] = VpcdState(name, bool(state & _ABSENT))
    return states


def _receive_exactly(asking: socket.socket, count: int) -> bytes:
    received = b""
    while len(received) < count:
        chunk = asking.recv(count - len(received))
        if not chunk:
            raise ConnectionResetError("pcscd closed the connection")
        received += chunk
    return received
