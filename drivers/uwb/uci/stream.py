"""Finding UCI in a stream of bytes, also behind garbage and frames that were cut short.

In step, a frame begins where the last one ended. Where what follows a frame is no header, either
garbage follows, or the frame was cut and has swallowed others: then those are inside it, and lead
past its end.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from drivers.uwb.uci.errors import BadHeader
from drivers.uwb.uci.header import SIZE, Header, LengthForm, header_reader
from drivers.uwb.uci.opcodes import MessageType

FROM_DEVICE = frozenset(
    {MessageType.RESPONSE, MessageType.NOTIFICATION, MessageType.TEST_1, MessageType.TEST_2}
)
"""What a host can hear; the rule by which Qorvo's tools get back into step (facts 2)."""

FROM_HOST = frozenset({MessageType.COMMAND})
"""What a device can hear, but data: zeros would look like it."""


class FrameStream:
    """Bytes in, whole segments out. ``garbage`` counts the octets that belonged to none."""

    def __init__(
        self, form: LengthForm, heard: Collection[int] = FROM_DEVICE, most: int = 0xFFFF
    ) -> None:
        self._read = header_reader(form)
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
            if self._was_cut(end):
                self._skip(1)
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
        self._skip(next((at for at in range(1, size) if self._leads_to(at, size)), size))
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
            self._skip(1)
        return None

    def _header_at(self, at: int) -> Header | None:
        try:
            header = self._read(bytes(self._buffer[at : at + SIZE]))
        except BadHeader:
            return None
        fits = header.opcode.mt in self._heard and header.length <= self._most
        return header if fits else None

    def _was_cut(self, end: int) -> bool:
        """Whether the frame at the front was cut and has swallowed what came after it."""
        return not self._may_begin(end) and any(self._leads_past(at, end) for at in range(1, end))

    def _may_begin(self, at: int) -> bool:
        """Whether a frame may begin there, as far as its octets have come."""
        size = len(self._buffer)
        if at + SIZE <= size:
            return self._header_at(at) is not None
        return at == size or self._buffer[at] >> 5 in self._heard

    def _leads_past(self, at: int, end: int) -> bool:
        """Whether frames follow each other from ``at`` to beyond ``end``."""
        size = len(self._buffer)
        while at <= end:
            header = self._header_at(at) if at + SIZE <= size else None
            if header is None:
                return False
            at += SIZE + header.length
        return at + SIZE > size or self._header_at(at) is not None

    def _leads_to(self, at: int, end: int) -> bool:
        """Whether whole frames follow each other from ``at`` to ``end``, the last octet."""
        while at + SIZE <= end:
            header = self._header_at(at)
            if header is None:
                return False
            at += SIZE + header.length
        return at == end

    def _skip(self, count: int) -> None:
        del self._buffer[:count]
        self.garbage += count
