"""The block protocol of a selected chip: ISO 14443-4, clause 7.5, the chip's rules.

It keeps its side of every exchange, sends its last block again where it is asked to, and asks for
more time (S(WTX)) while its application works. What breaks the rules it does not answer.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from drivers.sim.contactless import Front
from drivers.sim.isodep.application import MUTE, Application
from drivers.sim.isodep.blocks import Block, Kind, decode, frame_size
from drivers.sim.isodep.crc import SIZE as CRC_SIZE
from drivers.sim.isodep.crc import with_crc, without_crc

PPS, RATS = 0xD0, 0xE0
_FWT_S = 256 * 16 / 13.56e6  # of FWI 0 (7.2)
_OF_FWT, _WTXM = 0.75, 4  # of its time it lets pass before it asks for more; that much more
_MOST_APDU = 65_535  # octets a command may have before it counts as never ending
_WRONG_LENGTH = bytes.fromhex("6700")


class Target:
    """One chip from RATS to S(DESELECT) or the end of the field."""

    def __init__(
        self, front: Front, application: Application, rats: int, storms: Callable[[], bool]
    ) -> None:
        """``rats`` is its parameter: FSDI and CID. ``storms``: whether it asks for time anyway."""
        self.deselected = False
        self._front, self._application, self._storms = front, application, storms
        self._fsd, self._cid = frame_size(rats >> 4), rats & 0x0F
        self._fwt_s = _FWT_S * (1 << front.fwi)
        self._number = 1  # rule C
        self._fresh = True  # PPS may come
        self._received = bytearray()
        self._to_send: deque[bytes] = deque()
        self._last: bytes | None = None
        self._granted = 0  # WTXM that was asked for, while its grant is due
        self._asked_by = Block(Kind.INFORMATION)

    def hear(self, frame: bytes, within_s: float) -> bytes | None:
        """Answer a frame within the time the reader waits; None for silence."""
        data = without_crc(frame)
        if data is None or len(frame) > frame_size(self._front.fsci):
            return None
        fresh, self._fresh = self._fresh, False
        if fresh and data[0] == PPS | self._cid:
            return self._changed_speed(data)
        block = decode(data)
        if block is None or not self._is_meant(block):
            return None
        return self._obey(block, within_s)

    def _changed_speed(self, data: bytes) -> bytes | None:
        """PPS that keeps 106 kbit/s: the only speed it offers."""
        keeps = data[1:] in (b"\x01", b"\x11\x00")
        return with_crc(data[:1]) if keeps else None

    def _is_meant(self, block: Block) -> bool:
        if block.nad is not None and not self._front.takes_nad:
            return False
        if block.cid is None:
            return self._cid == 0
        return self._front.takes_cid and block.cid == self._cid

    def _obey(self, block: Block, within_s: float) -> bytes | None:
        self._asked_by = block
        match block.kind:
            case Kind.INFORMATION:
                return self._take(block, within_s)
            case Kind.WAITING:
                return self._go_on(block, within_s)
            case Kind.DESELECT:
                self.deselected = True
                return self._encode(Block(Kind.DESELECT))
            case _:
                return self._repeat_or_go_on(block, within_s)

    def _take(self, block: Block, within_s: float) -> bytes | None:
        """An I-block (rules D, 2 and 10)."""
        self._number ^= 1
        self._last = None
        self._to_send.clear()
        self._received += block.inf
        if len(self._received) > _MOST_APDU:
            self._received.clear()
            return None
        if block.more:
            return self._say(Block(Kind.ACK, self._number))
        apdu = bytes(self._received)
        self._received.clear()
        if len(apdu) < 2:  # nothing, which asks whether it is there; or no APDU
            return self._begin_answer(_WRONG_LENGTH if apdu else b"")
        if self._application.working:  # whoever did not wait for the answer never gets it
            self._application.reset()
        self._application.ask(apdu)
        return self._work(within_s, self._fwt_s)

    def _repeat_or_go_on(self, block: Block, within_s: float) -> bytes | None:
        """An R-block (rules 11, 12 and 13)."""
        if block.number == self._number:
            if self._application.working and not self._granted:
                return self._work(within_s, self._fwt_s)  # it had nothing yet to send again
            return self._last
        if block.kind is Kind.NAK:
            return self._encode(Block(Kind.ACK, self._number))
        if not self._to_send:
            return None
        self._number ^= 1  # rule E
        return self._next()

    def _go_on(self, block: Block, within_s: float) -> bytes | None:
        """The reader grants what was asked for."""
        granted, self._granted = self._granted, 0
        if not granted or block.inf[0] & 0x3F != granted:
            return None
        return self._work(within_s, self._fwt_s * granted)

    def _work(self, within_s: float, fwt_s: float) -> bytes | None:
        """Let the application work, for as long as the reader waits."""
        if self._storms():
            return self._ask_for_time()
        own_s = fwt_s * _OF_FWT
        answer = self._application.answer(min(own_s, within_s))
        if answer == MUTE:
            return None
        if answer is not None:
            return self._begin_answer(answer)
        return self._ask_for_time() if own_s < within_s else None

    def _ask_for_time(self) -> bytes:
        self._granted = _WTXM
        return self._say(Block(Kind.WAITING, inf=bytes((_WTXM,))))

    def _begin_answer(self, answer: bytes) -> bytes:
        prologue = 1 + (self._asked_by.cid is not None) + (self._asked_by.nad is not None)
        size = self._fsd - prologue - CRC_SIZE
        parts = [answer[start : start + size] for start in range(0, len(answer), size)]
        self._to_send = deque(parts or [b""])
        return self._next()

    def _next(self) -> bytes:
        inf = self._to_send.popleft()
        more = bool(self._to_send)
        return self._say(Block(Kind.INFORMATION, self._number, more, inf=inf))

    def _say(self, block: Block) -> bytes:
        self._last = self._encode(block)
        return self._last

    def _encode(self, block: Block) -> bytes:
        """With a CID where it was asked with one, and the NAD's two halves swapped (7.1.1.3)."""
        asked = self._asked_by
        nad = asked.nad if block.kind is Kind.INFORMATION else None
        swapped = None if nad is None else (nad & 0x0F) << 4 | nad >> 4
        answer = Block(block.kind, block.number, block.more, asked.cid, swapped, block.inf)
        return with_crc(answer.encode())
