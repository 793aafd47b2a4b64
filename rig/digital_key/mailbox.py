"""Mailboxes behind EXCHANGE. The tags are settings: they are Aliro's, inferred for CCC.

A request is one TLV; the answer is ``[length, 2 bytes][data] ... 00 02 status``, where status 0000
is success, 0001 out of bounds and 0002 malformed (public notes, section 5.7).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rig.digital_key import tlv
from rig.digital_key.errors import Malformed, StatusRefused
from rig.digital_key.secrets import Secret
from rig.digital_key.settings import Settings

_REFUSALS = {0x0001: "out of bounds", 0x0002: "malformed request"}
_LONGEST_HEADER = 5  # bytes: tag of two, length of three
_MOST_AT_ONCE = 192  # bytes: an answer and its padding stay within one short APDU


@dataclass(frozen=True, slots=True)
class Mailbox:
    """The mailboxes of an authenticated device. ``exchange`` sends one plaintext.

    The private one can be read and written; into the confidential one goes an immobilizer token.
    """

    exchange: Callable[[bytes], bytes]
    settings: Settings

    def read(self, offset: int, length: int) -> bytes:
        """Read a range, in as many requests as it takes.

        Raises StatusRefused when it lies outside, Malformed when the answer does.
        """
        end = offset + length
        return b"".join(
            self._read_part(start, min(_MOST_AT_ONCE, end - start))
            for start in range(offset, end, _MOST_AT_ONCE)
        )

    def write(self, offset: int, data: bytes) -> None:
        """Write a range. Raises StatusRefused when it lies outside."""
        for at in range(0, len(data), _MOST_AT_ONCE):
            value = _u16(offset + at) + data[at : at + _MOST_AT_ONCE]
            _results(self.exchange(tlv.encode(self.settings.exchange_write_tag, value)))

    def read_elements(self, offset: int, end: int, count: int) -> bytes:
        """Read ``count`` elements that begin at ``offset``, one behind the other, before ``end``.

        As much is read at once as one answer holds: on the air, exchanges cost more than bytes.
        Raises as ``read``, and Malformed when they are not all there.
        """
        held, at = b"", 0
        for _ in range(count):
            header = min(at + _LONGEST_HEADER, end - offset)
            held = self._read_on(held, offset, end, max(header, at + 1))
            size = tlv.size_of(held[at:])
            held = self._read_on(held, offset, end, at + size)
            at += size
        return held[:at]

    def _read_on(self, held: bytes, offset: int, end: int, wanted: int) -> bytes:
        """``held`` grown to at least ``wanted`` bytes."""
        while len(held) < wanted:
            more = min(_MOST_AT_ONCE, end - offset - len(held))
            if more <= 0:
                raise Malformed(f"elements at {offset} reach beyond {end}")
            held += self.read(offset + len(held), more)
        return held

    def fill(self, offset: int, length: int, value: int = 0) -> None:
        """Set a range to one value. Raises StatusRefused when it lies outside."""
        request = _u16(offset) + _u16(length) + bytes((value,))
        _results(self.exchange(tlv.encode(self.settings.exchange_set_tag, request)))

    def store_token(self, token: Secret) -> None:
        """Put an immobilizer token into the confidential mailbox. Raises StatusRefused."""
        _results(self.exchange(tlv.encode(self.settings.exchange_confidential_tag, token)))

    def set_signal(self, bit: int, *, on: bool) -> None:
        """Change one bit of SigBmp, leaving the others as the device has them."""
        before = self.signals()
        after = before | 1 << bit if on else before & ~(1 << bit)
        if after != before:
            self.write(self.settings.mailbox_signal_offset, bytes((after,)))

    def signals(self) -> int:
        """SigBmp: what the device wants of the vehicle, one bit each (bit 0: refill a slot)."""
        return self.read(self.settings.mailbox_signal_offset, 1)[0]

    def _read_part(self, offset: int, length: int) -> bytes:
        request = tlv.encode(self.settings.exchange_read_tag, _u16(offset) + _u16(length))
        results = _results(self.exchange(request))
        if len(results) != 1 or len(results[0]) != length:
            raise Malformed(f"a read of {length} bytes gave {[len(r) for r in results]}")
        return results[0]


def _results(answer: bytes) -> list[bytes]:
    """Split an EXCHANGE answer into its data parts; the last part is the status."""
    parts = []
    at = 0
    while at < len(answer):
        size = int.from_bytes(answer[at : at + 2], "big")
        if at + 2 + size > len(answer):
            raise Malformed(f"a part of {size} bytes is cut off")
        parts.append(answer[at + 2 : at + 2 + size])
        at += 2 + size
    if not parts or len(parts[-1]) != 2:
        raise Malformed("the answer ends without a status")
    status = int.from_bytes(parts.pop(), "big")
    if status:
        raise StatusRefused("EXCHANGE", status, _REFUSALS.get(status, "unknown mailbox status"))
    return parts


def _u16(value: int) -> bytes:
    if not 0 <= value <= 0xFFFF:
        raise Malformed(f"mailbox offset or length {value}")
    return value.to_bytes(2, "big")
