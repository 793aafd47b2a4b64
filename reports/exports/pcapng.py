"""The pcapng file format, written: one section, interfaces and packets.

Source: draft-ietf-opsawg-pcapng, sections 3.1 (blocks), 3.5 (options), 4.1 to 4.3. Little-endian;
times in ns since 1970.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass

from reports.errors import ReportError

_SECTION, _INTERFACE, _PACKET = 0x0A0D0D0A, 1, 6
_COMMENT, _APPLICATION = 1, 4
_IF_NAME, _IF_DESCRIPTION, _IF_RESOLUTION = 2, 3, 9
_PACKET_FLAGS = 2
_INBOUND, _OUTBOUND = 1, 2
_LONGEST_TEXT = 4096  # bytes of UTF-8
_END = bytes(4)  # of the options


@dataclass(frozen=True, slots=True)
class Interface:
    """Where packets were seen. ``link_type`` says how their octets are laid out."""

    name: str
    description: str
    link_type: int


@dataclass(frozen=True, slots=True)
class Packet:
    """What was on an interface, and when. ``sent`` is seen from the rig."""

    interface: Interface
    t_ns: int  # since 1970
    sent: bool
    octets: bytes
    comment: str


def write_pcapng(application: str, comment: str, packets: Iterable[Packet]) -> bytes:
    """A whole file; interfaces stand before their first packet. Raises ReportError."""
    options = _text(_COMMENT, comment) + _text(_APPLICATION, application)
    header = struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1)
    blocks = [_block(_SECTION, header + options + _END)]
    numbers: dict[Interface, int] = {}
    try:
        for packet in packets:
            if packet.interface not in numbers:
                numbers[packet.interface] = len(numbers)
                blocks.append(_interface(packet.interface))
            blocks.append(_packet(numbers[packet.interface], packet))
    except struct.error as exc:
        raise ReportError(f"a record does not fit into a pcapng file: {exc}") from exc
    return b"".join(blocks)


def _interface(interface: Interface) -> bytes:
    head = struct.pack("<HHI", interface.link_type, 0, 0)
    options = _text(_IF_NAME, interface.name) + _text(_IF_DESCRIPTION, interface.description)
    return _block(_INTERFACE, head + options + _option(_IF_RESOLUTION, b"\x09") + _END)


def _packet(number: int, packet: Packet) -> bytes:
    size = len(packet.octets)
    head = struct.pack("<IIIII", number, packet.t_ns >> 32, packet.t_ns & 0xFFFFFFFF, size, size)
    flags = struct.pack("<I", _OUTBOUND if packet.sent else _INBOUND)
    options = _text(_COMMENT, packet.comment) + _option(_PACKET_FLAGS, flags) + _END
    return _block(_PACKET, head + _padded(packet.octets) + options)


def _block(kind: int, body: bytes) -> bytes:
    size = struct.pack("<I", len(body) + 12)
    return struct.pack("<I", kind) + size + body + size


def _option(code: int, value: bytes) -> bytes:
    return struct.pack("<HH", code, len(value)) + _padded(value)


def _text(code: int, text: str) -> bytes:
    """Text as one line of UTF-8 that does not end within a character."""
    line = "".join(c if c.isprintable() else "�" for c in text)
    cut = line.encode("utf-8", "replace")[:_LONGEST_TEXT].decode("utf-8", "ignore")
    return _option(code, cut.encode("utf-8"))


def _padded(octets: bytes) -> bytes:
    return octets + bytes(-len(octets) % 4)
