"""USB/IP between a kernel's host side and a device (Linux, Documentation/usb/usbip_protocol.rst).

A message is a head of 48 octets, big-endian, and the data that goes along. Only what the kernel's
host side sends is parsed; it is hostile until it is.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass

from drivers.api.errors import FrameError

_BASIC = struct.Struct(">5I")  # command, sequence, device, direction, endpoint
_SUBMIT = struct.Struct(">5I8s")  # flags, length, start frame, packets, interval, set-up
_UNLINK = struct.Struct(">I24x")
_RETURN = struct.Struct(">iIIII8x")  # status, length, start frame, packets, errors
_UNLINKED = struct.Struct(">i24x")
_CMD_SUBMIT, _CMD_UNLINK, _RET_SUBMIT, _RET_UNLINK = 1, 2, 3, 4
_NO_PACKETS = (0, 0xFFFF_FFFF)  # of an isochronous transfer, which no device here has
LONGEST = 1 << 20  # octets of one transfer; far above what any driver asks for

Read = Callable[[int], bytes]
"""Returns exactly as many octets as it is asked for, or raises EOFError."""


@dataclass(frozen=True, slots=True)
class Submit:
    """A transfer (URB). ``length`` is what the host sends, or has room for; it is ``inward`` then.

    ``setup`` counts on endpoint 0 only.
    """

    sequence: int
    endpoint: int
    inward: bool
    length: int
    setup: bytes = bytes(8)
    data: bytes = b""


@dataclass(frozen=True, slots=True)
class Unlink:
    """The host takes back the transfer of sequence ``target``."""

    sequence: int
    target: int


def receive(read: Read) -> Submit | Unlink:
    """The host's next message. Raises FrameError for what no host sends; what ``read`` does."""
    command, sequence, _, direction, endpoint = _BASIC.unpack(read(_BASIC.size))
    if command == _CMD_UNLINK:
        return Unlink(sequence, *_UNLINK.unpack(read(_UNLINK.size)))
    if command != _CMD_SUBMIT:
        raise FrameError(f"USB/IP command {command:#x}")
    _, length, _, packets, _, setup = _SUBMIT.unpack(read(_SUBMIT.size))
    if direction > 1 or endpoint > 15:
        raise FrameError(f"endpoint {endpoint}, direction {direction}")
    if packets not in _NO_PACKETS:
        raise FrameError(f"an isochronous transfer of {packets} packets")
    if length > LONGEST:
        raise FrameError(f"a transfer of {length} octets")
    inward = direction == 1
    data = b"" if inward or not length else read(length)
    return Submit(sequence, endpoint, inward, length, setup, data)


def returned(submit: Submit, status: int = 0, data: bytes = b"") -> bytes:
    """The end of a transfer. ``data`` is what goes to the host; an outward one took all or none."""
    taken = len(data) if submit.inward else len(submit.data)
    length = 0 if status else taken
    head = _BASIC.pack(_RET_SUBMIT, submit.sequence, 0, 0, 0)
    return head + _RETURN.pack(status, length, 0, 0, 0) + (data if submit.inward else b"")


def unlinked(unlink: Unlink, status: int) -> bytes:
    """What became of a transfer taken back: -ECONNRESET, or 0 when it had ended before."""
    return _BASIC.pack(_RET_UNLINK, unlink.sequence, 0, 0, 0) + _UNLINKED.pack(status)
