"""What crosses the HCI line, kept for a capture without its secrets.

Everything happens in the radio's own thread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from drivers.api.packets import MaskMessage, PacketSink, WirePacket
from drivers.ble.acl_secrets import AclDirection
from drivers.ble.hci_secrets import ACL, COMMAND, EVENT, masked

_RESET = bytes((COMMAND, 0x03, 0x0C))
_DISCONNECTED = bytes((EVENT, 0x05))


class HciTap:
    """Silent, and without cost, until it has a sink."""

    def __init__(self, now_ns: Callable[[], int]) -> None:
        self._now_ns = now_ns
        self._sink: PacketSink | None = None
        self._mask: MaskMessage = lambda message: bytes(len(message))
        self._ways: dict[tuple[int, bool], AclDirection] = {}

    def record(self, sink: PacketSink, mask_message: MaskMessage) -> None:
        """Begin; what has come of a message until now is not known."""
        self._ways.clear()
        self._sink, self._mask = sink, mask_message

    def passed(self, packet: bytes, *, sent: bool) -> None:
        """A packet has crossed the line."""
        if (sink := self._sink) is None:
            return
        t_ns = self._now_ns()
        if packet[:1] == bytes((ACL,)):
            for each in self._way_of(packet, sent=sent).take(WirePacket(t_ns, sent, packet)):
                sink(each)
            return
        if packet[:2] == _DISCONNECTED:
            self._over(sink, [_handle(packet[4:6])])
        elif packet[:3] == _RESET:
            self._over(sink, {handle for handle, _ in self._ways})
        sink(WirePacket(t_ns, sent, *masked(packet)))

    def lost(self) -> None:
        """The controller is gone, and with it every connection."""
        if self._sink is not None:
            self._over(self._sink, {handle for handle, _ in self._ways})

    def _way_of(self, packet: bytes, *, sent: bool) -> AclDirection:
        key = (_handle(packet[1:3]), sent)
        if key not in self._ways:
            self._ways[key] = AclDirection(self._mask)
        return self._ways[key]

    def _over(self, sink: PacketSink, handles: Iterable[int]) -> None:
        for handle in handles:
            for sent in (True, False):
                way = self._ways.pop((handle, sent), None)
                for packet in way.ended() if way else ():
                    sink(packet)


def _handle(octets: bytes) -> int:
    return int.from_bytes(octets, "little") & 0x0FFF
