"""Which octets of ACL data are secret: keys that pairing hands out, and secrets in DK messages.

A DK message is one SDU of a credit-based channel, an SDU is cut into L2CAP packets and these into
fragments (Core, Vol 3 Part A, 3.1 and 3.4.3), so fragments are held until what they are part of is
whole. What never becomes whole is overwritten but for its headers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from drivers.api.packets import MaskMessage, WirePacket

_HEAD = 5  # octets of an ACL packet before its data, the packet type among them
_L2CAP, _SDU = 4, 2  # octets of their headers
_CONTINUES = 0b01  # packet boundary flag
_ATT, _SIGNALLING, _SMP = 0x0004, 0x0005, 0x0006
_DYNAMIC = range(0x0040, 0x0080)  # channels; on LE, all of them are credit-based
_PLAIN_SMP = frozenset(bytes((code,)) for code in (1, 2, 5, 9, *range(0x0B, 0x0F)))
"""Commands of the Security Manager without secrets: not 0x06 (LTK), 0x07 (EDIV), 0x08 (IRK), 0x0A
(CSRK); nor 0x03 and 0x04, since Bumble takes the random number of the OOB data for that of the
pairing."""

CUT = "data that never became whole"
_MOST_HELD = 1024  # fragments; a message of 255 octets has as many at most
Packets = list[WirePacket]


@dataclass(slots=True)
class _Pdu:
    """An L2CAP packet in its fragments."""

    fragments: Packets
    missing: int  # octets
    held: bytearray

    @property
    def channel(self) -> int:
        return int.from_bytes(self.held[2:4], "little")

    def released(self, octets: bytes, told: str) -> Iterator[WirePacket]:
        """Its fragments, with these octets in the place of theirs."""
        at = 0
        for fragment in self.fragments:
            size = len(fragment.octets) - _HEAD
            data = octets[at : at + size]
            changed = data != fragment.octets[_HEAD:]
            yield fragment._replace(
                octets=fragment.octets[:_HEAD] + data, masked=told if changed else ""
            )
            at += size


@dataclass(slots=True)
class _Sdu:
    """A DK message in the L2CAP packets that have come of it."""

    size: int
    pdus: list[_Pdu] = field(default_factory=list)

    @property
    def octets(self) -> bytes:
        return b"".join(bytes(pdu.held[_L2CAP:]) for pdu in self.pdus)[_SDU:]

    def released(self, octets: bytes, told: str) -> Iterator[WirePacket]:
        """All of it, with these octets for the message."""
        left = bytes(self.pdus[0].held[_L2CAP : _L2CAP + _SDU]) + octets
        for pdu in self.pdus:
            size = len(pdu.held) - _L2CAP
            yield from pdu.released(bytes(pdu.held[:_L2CAP]) + left[:size], told)
            left = left[size:]


class AclDirection:
    """One way of one connection."""

    def __init__(self, mask_message: MaskMessage) -> None:
        self._mask = mask_message
        self._pdu: _Pdu | None = None
        self._sdus: dict[int, _Sdu] = {}
        self._held = 0  # fragments, or more

    def take(self, packet: WirePacket) -> Iterator[WirePacket]:
        """A packet has crossed; yields those that may be kept now."""
        self._held += 1
        if self._held > _MOST_HELD:
            yield from self.ended()
        data = packet.octets[_HEAD:]
        if packet.octets[2:3] and packet.octets[2] >> 4 & 0b11 == _CONTINUES:
            pdu = self._pdu
            if pdu is None or len(data) > pdu.missing:
                yield from self._given_up()
                yield _closed(packet)
                return
            pdu.fragments.append(packet)
            pdu.held += data
            pdu.missing -= len(data)
        else:
            yield from self._given_up()
            missing = _L2CAP + int.from_bytes(data[:2], "little") - len(data)
            if len(data) < _L2CAP or missing < 0:
                yield _closed(packet)
                return
            pdu = self._pdu = _Pdu([packet], missing, bytearray(data))
        if not pdu.missing:
            self._pdu = None
            yield from self._whole(pdu)
            self._held = self._held if self._sdus else 0

    def ended(self) -> Iterator[WirePacket]:
        """The connection is over: what is held, overwritten."""
        yield from self._given_up()
        for sdu in self._sdus.values():
            yield from sdu.released(bytes(len(sdu.octets)), CUT)
        self._sdus.clear()
        self._held = 0

    def _given_up(self) -> Iterator[WirePacket]:
        pdu, self._pdu = self._pdu, None
        if pdu is not None:
            yield from pdu.released(_without_data(pdu.held), CUT)

    def _whole(self, pdu: _Pdu) -> Iterator[WirePacket]:
        channel = pdu.channel
        if channel in _DYNAMIC:
            yield from self._of_message(channel, pdu)
        elif channel in (_ATT, _SIGNALLING):
            yield from pdu.released(bytes(pdu.held), "")
        elif channel == _SMP:
            command = bytes(pdu.held[_L2CAP : _L2CAP + 1])
            keyed = (
                bytes(pdu.held[:_L2CAP]) + command + bytes(len(pdu.held) - _L2CAP - len(command))
            )
            kept = bytes(pdu.held) if command in _PLAIN_SMP else keyed
            yield from pdu.released(kept, "secret of a pairing")
        else:
            yield from pdu.released(_without_data(pdu.held), "data that are no part of Digital Key")

    def _of_message(self, channel: int, pdu: _Pdu) -> Iterator[WirePacket]:
        sdu = self._sdus.get(channel)
        if sdu is None:
            if len(pdu.held) < _L2CAP + _SDU:
                yield from pdu.released(_without_data(pdu.held), CUT)
                return
            size = int.from_bytes(pdu.held[_L2CAP : _L2CAP + _SDU], "little")
            sdu = self._sdus[channel] = _Sdu(size)
        sdu.pdus.append(pdu)
        message = sdu.octets
        if len(message) < sdu.size:
            return
        del self._sdus[channel]
        shown = self._mask(message) if len(message) == sdu.size else b""
        fits = len(shown) == len(message)
        yield from sdu.released(
            shown if fits else bytes(len(message)), "secrets of a DK message" if fits else CUT
        )


def _without_data(held: Sequence[int]) -> bytes:
    return bytes(held[:_L2CAP]) + bytes(max(0, len(held) - _L2CAP))


def _closed(packet: WirePacket) -> WirePacket:
    data = len(packet.octets) - _HEAD
    return packet._replace(octets=packet.octets[:_HEAD] + bytes(max(0, data)), masked=CUT)
