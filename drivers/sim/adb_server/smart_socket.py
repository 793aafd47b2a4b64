"""adb's smart sockets and shell protocol (its OVERVIEW.TXT, SERVICES.TXT, shell_protocol.h).

A request is its length in four hexadecimal digits and its text; the answer is OKAY or FAIL, and
most texts that follow have their length before them too. A phone is chosen with a transport
request, and what comes next on the same connection is for the phone.
"""

from __future__ import annotations

import socket
import struct

VERSION = 41
FEATURES = "shell_v2,cmd,stat_v2,ls_v2,apex,abb"
STDOUT, STDERR, EXIT = 1, 2, 3


class HungUp(Exception):
    """The client has gone, or sent what is no request."""


def request(peer: socket.socket) -> str:
    """The next request. Raises HungUp."""
    size = _exactly(peer, 4)
    try:
        return _exactly(peer, int(size, 16)).decode()
    except ValueError as exc:
        raise HungUp from exc


def okay(text: str | None = None) -> bytes:
    """OKAY, and a text with its length."""
    return b"OKAY" if text is None else b"OKAY" + _sized(text)


def fail(reason: str) -> bytes:
    """FAIL, and why."""
    return b"FAIL" + _sized(reason)


def packet(kind: int, data: bytes) -> bytes:
    """One packet of the shell protocol: what it is, its length (little-endian), its data."""
    return struct.pack("<BI", kind, len(data)) + data


def _sized(text: str) -> bytes:
    data = text.encode()
    return f"{len(data):04x}".encode() + data


def _exactly(peer: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        try:
            more = peer.recv(size - len(data))
        except OSError as exc:
            raise HungUp from exc
        if not more:
            raise HungUp
        data += more
    return data
