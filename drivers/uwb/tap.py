"""What crosses the line of a chip, kept for a capture without its secrets.

UCI alone, without what a kit wraps around it. Garbage between frames is counted, not kept.
"""

from __future__ import annotations

from drivers.api.packets import PacketSink, WirePacket
from drivers.uwb.uci.header import SIZE, Header
from drivers.uwb.uci.packet import Packet
from drivers.uwb.uci.profiles import Profile
from drivers.uwb.uci_secrets import UciSecrets


class UciTap:
    """Silent, and next to without cost, until it has a sink; it stays when a line is reopened."""

    def __init__(self, profile: Profile) -> None:
        self.sink: PacketSink | None = None
        self._secrets = UciSecrets(profile)
        self._in_parts: set[object] = set()  # opcodes of messages that have begun

    def sent(self, t_ns: int, packet: Packet, segments: list[bytes]) -> None:
        """A command is about to leave, in these segments."""
        if (sink := self.sink) is None:
            return
        payload, told = self._secrets.masked(*packet)
        at = 0
        for segment in segments:
            size = len(segment) - SIZE
            kept = segment[:SIZE] + payload[at : at + size]
            sink(WirePacket(t_ns, True, kept, told if kept != segment else ""))
            at += size

    def received(self, t_ns: int, header: Header, part: bytes) -> None:
        """A segment has come. Of a message with secrets, one that is cut is overwritten whole."""
        if (sink := self.sink) is None:
            return
        opcode = header.opcode
        if self._secrets.is_open(opcode):
            sink(WirePacket(t_ns, False, header.octets + part))
            return
        cut = header.more or opcode in self._in_parts
        (self._in_parts.add if header.more else self._in_parts.discard)(opcode)
        payload, told = self._secrets.masked(opcode, part)
        if cut:
            payload, told = bytes(len(part)), "part of a message with secrets"
        sink(WirePacket(t_ns, False, header.octets + payload, told))
