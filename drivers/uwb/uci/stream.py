"""Finding UCI in a stream of bytes, also behind garbage and frames that were cut short.

In step, a frame begins where the last one ended. Where what follows a frame is no header, either
garbage follows, or the frame was cut and has swallowed others: then those are inside it, and lead
past its end.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from drivers.uwb.uci.errors import BadHeader
from drivers.uwb.uci.header import SIZE, Header, LengthForm, header_reader, header_starts
from drivers.uwb.uci.opcodes import MessageType

FROM_DEVICE = frozenset(
    {MessageType.RESPONSE, MessageType.NOTIFICATION, MessageType.TEST_1, MessageType.TEST_2}
)
"""What a host can hear; the rule by which Qorvo's tools get back into step (facts 2)."""

FROM_HOST = frozenset({MessageType.COMMAND})
"""What a device can hear, but data: zeros would look like it."""

_SHORT = 1024
"""Octets of a cut frame inside which every header gets its chance, as a whole frame may stand
between two cuts. In a longer one, which only a broken or hostile device sends, the first that
leads on is taken: all would cost the square of its length."""


class FrameStream:
    """Bytes in, whole segments out. ``garbage`` counts the octets that belonged to none."""

    def __init__(
        self, form: LengthForm, heard: Collection[int] = FROM_DEVICE, most: int = 0xFFFF
    ) -> None:
        self._read = header_reader(form)
        self._starts = header_starts(form, heard)
        self._heard = heard
        self._most = most
        self._buffer = bytearray()
        self.garbage = 0

    def feed(self, data: bytes) -> Iterator[tuple[Header, bytes]]:
        """Every segment that is complete now."""
        self._buffer += data
        while (header := self._in_step()) is not None:
            end = SIZE + header.length
            if len(self._buffer) < end:
                return
            if swallowed := self._swallowed(end):
                self._skip(1 if end <= _SHORT else swallowed)
                continue
            payload = bytes(self._buffer[SIZE:end])
            del self._buffer[:end]
            yield header, payload

    def abandon(self) -> Iterator[tuple[Header, bytes]]:
        """Give up an incomplete frame when nothing more has come: it was cut.

        Yields the whole frames it has swallowed, if they end where the octets do: the last answer
        before a line falls silent must not be lost to a frame that was cut ahead of it.
        """
        size = len(self._buffer)
        self._skip(self._leading(size, lambda at: at == size) or size)
        yield from self.feed(b"")

    @property
    def pending(self) -> int:
        """Octets of a frame that is not complete."""
        return len(self._buffer)

    def _in_step(self) -> Header | None:
        """The header at the front, after dropping what cannot be one; None: too few octets."""
        while len(self._buffer) >= SIZE:
            header = self._header_at(0)
            if header is not None:
                return header
            found = self._starts.search(self._buffer, 1)
            incomplete = len(self._buffer) - SIZE + 1
            self._skip(min(found.start(), incomplete) if found else incomplete)
        return None

    def _header_at(self, at: int) -> Header | None:
        try:
            header = self._read(bytes(self._buffer[at : at + SIZE]))
        except BadHeader:
            return None
        fits = header.opcode.mt in self._heard and header.length <= self._most
        return header if fits else None

    def _swallowed(self, end: int) -> int:
        """Where the first frame stands that the one at the front has swallowed; 0: none.

        It was cut when no frame can begin where it ends, and frames inside it lead past there.
        """
        if self._may_begin(end):
            return 0
        size = len(self._buffer)
        return self._leading(
            end, lambda at: at > end and (at + SIZE > size or self._header_at(at) is not None)
        )

    def _may_begin(self, at: int) -> bool:
        """Whether a frame may begin there, as far as its octets have come."""
        size = len(self._buffer)
        if at + SIZE <= size:
            return self._header_at(at) is not None
        return at == size or self._buffer[at] >> 5 in self._heard

    def _leading(self, end: int, lands: Callable[[int], bool]) -> int:
        """The first place from which frames follow each other to ``end`` or beyond; 0: none.

        ``lands`` says whether they arrive where they should. What was walked in vain is not walked
        again, or a device could have all its empty frames walked from each of them.
        """
        dead: set[int] = set()
        for found in self._starts.finditer(self._buffer, 1, end + 1):
            at, walked = found.start(), list[int]()
            while at < end and at not in dead and (header := self._header_at(at)) is not None:
                walked.append(at)
                at += SIZE + header.length
            if at >= end and lands(at):
                return found.start()
            dead.update(walked)
        return 0

    def _skip(self, count: int) -> None:
        del self._buffer[:count]
        self.garbage += count
