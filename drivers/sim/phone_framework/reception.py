"""What WRITE DATA brings: elements in their mandatory order, gathered over several commands.

An element may go on in the next command: a certificate is longer than the 239 bytes that a secured
command holds. Facts: section 2.3 of the public notes on CCC-TS-101.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rig.digital_key import tlv
from rig.digital_key.errors import DigitalKeyError, Malformed
from rig.digital_key.tlv import Tlv

END = 0x5F5F  # closes the data of a transaction; empty


class OutOfOrder(DigitalKeyError):
    """An element stands where another one belongs."""


class OutOfMemory(DigitalKeyError):
    """More bytes came than the device keeps."""


@dataclass(frozen=True, slots=True)
class Place:
    """An element's place in the order."""

    tag: int
    optional: bool = False


class Reception:
    """Gathers the elements of one transaction; after an error it must be dropped."""

    def __init__(self, order: Sequence[Place], memory: int) -> None:
        """``order`` without the END; ``memory`` is how many bytes are kept at most."""
        self._awaited = [*order, Place(END)]
        self._left = memory
        self._rest = b""
        self._elements: dict[int, bytes] = {}

    @property
    def complete(self) -> bool:
        """The END has come."""
        return not self._awaited

    def get(self, tag: int) -> bytes | None:
        """The value of an element, if it came."""
        return self._elements.get(tag)

    def take(self, data: bytes, *, last: bool) -> tuple[Tlv, ...]:
        """The elements that this command completes.

        Raises Malformed, OutOfOrder, OutOfMemory; and Malformed when ``last`` does not say truly
        whether the END has come.
        """
        self._left -= len(data)
        if self._left < 0:
            raise OutOfMemory("the data does not fit")
        self._rest += data
        found: list[Tlv] = []
        while (size := _size_of_first(self._rest)) is not None and size <= len(self._rest):
            found += tlv.decode(self._rest[:size])
            self._rest = self._rest[size:]
            self._place(found[-1])
        if last != self.complete or (self.complete and self._rest):
            raise Malformed("the last command and the end of the data do not coincide")
        return tuple(found)

    def _place(self, element: Tlv) -> None:
        while self._awaited and self._awaited[0].tag != element.tag:
            if not self._awaited.pop(0).optional:
                raise OutOfOrder(f"{element.tag:04X} stands where another element belongs")
        if not self._awaited:
            raise OutOfOrder(f"{element.tag:04X} comes after the end")
        self._awaited.pop(0)
        if element.tag == END and element.value:
            raise Malformed("the end carries data")
        self._elements[element.tag] = element.value


def _size_of_first(data: bytes) -> int | None:
    """Size of the first element with its header; None while the header is not all there."""
    at = 2 if data and data[0] & 0x1F == 0x1F else 1
    if len(data) <= at:
        return None
    first = data[at]
    if first < 0x80:
        return at + 1 + first
    extra = first & 0x7F
    if extra not in (1, 2):
        raise Malformed(f"length form {first:02X}")
    if len(data) <= at + extra:
        return None
    return at + 1 + extra + int.from_bytes(data[at + 1 : at + 1 + extra], "big")
