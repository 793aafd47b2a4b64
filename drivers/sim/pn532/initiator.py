"""What the firmware does by itself as a reader of type A: find, select, and carry APDUs.

UM0701-02, 7.3.5 (InListPassiveTarget) and 7.3.8 (InDataExchange). Hosts such as nfcpy only let it
find and select, and keep the block protocol to themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import xor

from drivers.sim.isodep.blocks import Block, Kind, decode, frame_size
from drivers.sim.isodep.crc import SIZE as CRC_SIZE
from drivers.sim.isodep.selection import (
    CASCADE,
    CASCADE_TAG,
    HLTA,
    ISO_DEP,
    REQA,
    SELECT_LEVELS,
)
from drivers.sim.pn532.interface import Interface, RfError, Status

POLL_S = 0.002  # a poll and its time without an answer
_ACTIVATION_S = 0.005  # for RATS (ISO 14443-3, 6.2.1.1: 65536/fc)
_RATS = bytes.fromhex("E050")  # frames of 64 octets, CID 0
_FWT_S = 256 * 16 / 13.56e6
_TRIES = 3


@dataclass
class Activated:
    """A target the firmware has selected; ``ats`` b"" is one that it has not sent RATS."""

    atqa: bytes
    sak: int
    uid: bytes
    ats: bytes = b""
    number: int = 0  # of the next block

    def described(self) -> bytes:
        """As InListPassiveTarget tells of it: SENS_RES with its high octet first."""
        head = bytes((1, *self.atqa[::-1], self.sak, len(self.uid)))
        return head + self.uid + self.ats

    @property
    def fsc(self) -> int:
        """Octets of the frames it takes."""
        return frame_size(self.ats[1] & 0x0F) if len(self.ats) > 1 else 32

    @property
    def fwt_s(self) -> float:
        """How long it may take."""
        has_ta, has_tb = self.ats[1:2] and self.ats[1] & 0x10, self.ats[1:2] and self.ats[1] & 0x20
        at = 3 if has_ta else 2
        fwi = self.ats[at] >> 4 if has_tb and len(self.ats) > at else 4
        return float(_FWT_S * (1 << fwi))


class Initiator:
    """Works through the interface; all its errors are RfError."""

    def __init__(self, interface: Interface) -> None:
        self._interface = interface

    def find(self, *, rats: bool) -> Activated | None:
        """Poll once, and select what answers; None leaves the poll in the FIFO."""
        registers = self._interface.registers
        self._interface.antenna.switch(on=True)
        registers.set_framing(crc=False, last_bits=7)
        try:
            atqa = self._interface.transceive(bytes((REQA,)), POLL_S)
        except RfError:
            registers.fifo[:] = bytes((REQA,))
            return None
        registers.fifo.clear()
        try:
            found = self._select(atqa)
            if rats and found.sak & ISO_DEP:
                found.ats = self._interface.transceive(_RATS, _ACTIVATION_S)
        except RfError:
            return None
        return found

    def exchange(self, target: Activated, data: bytes, *, more: bool) -> bytes:
        """Carry data to a target in blocks, and its answer back; b"" while ``more`` is to come."""
        size = target.fsc - 1 - CRC_SIZE
        parts = [data[start : start + size] for start in range(0, len(data), size)] or [b""]
        answer = Block(Kind.ACK)
        for index, part in enumerate(parts):
            chained = more or index < len(parts) - 1
            sent = Block(Kind.INFORMATION, target.number, chained, inf=part)
            answer = self._block(target, sent)
            expected = Kind.ACK if chained else Kind.INFORMATION
            if answer.kind is not expected or answer.number != target.number:
                raise RfError(Status.PROTOCOL)
            target.number ^= 1
        received = answer.inf
        while answer.more:
            answer = self._block(target, Block(Kind.ACK, target.number))
            if answer.kind is not Kind.INFORMATION or answer.number != target.number:
                raise RfError(Status.PROTOCOL)
            target.number ^= 1
            received += answer.inf
        return received

    def is_there(self, target: Activated) -> bool:
        """Whether it answers an R(NAK), which changes nothing (ISO 14443-4, 7.5.6)."""
        try:
            self._interface.transceive(Block(Kind.NAK, target.number).encode(), target.fwt_s)
        except RfError:
            return False
        return True

    def let_go(self, target: Activated) -> None:
        """Deselect it, or put it to halt. What it says to that does not matter."""
        last = Block(Kind.DESELECT).encode() if target.ats else HLTA
        self._interface.registers.set_framing(crc=True)
        try:
            self._interface.transceive(last, POLL_S)
        except RfError:
            return

    def _select(self, atqa: bytes) -> Activated:
        registers, uid = self._interface.registers, b""
        for level in SELECT_LEVELS:
            registers.set_framing(crc=False)
            part = self._interface.transceive(bytes((level, 0x20)), POLL_S)
            if len(part) != 5 or reduce(xor, part):
                raise RfError(Status.WRONG_UID_CHECK)
            registers.set_framing(crc=True)
            sak = self._interface.transceive(bytes((level, 0x70)) + part, POLL_S)
            uid += part[1:4] if part[0] == CASCADE_TAG else part[:4]
            if not sak or not sak[0] & CASCADE:
                return Activated(atqa, sak[0] if sak else 0, uid)
        raise RfError(Status.PROTOCOL)

    def _block(self, target: Activated, block: Block) -> Block:
        """Send a block until it is answered (rules 4 to 8), and grant the time it asks for."""
        octets, within_s, failed = block.encode(), target.fwt_s + POLL_S, Status.TIMEOUT
        tries = 0
        while tries < _TRIES:
            try:
                answer = decode(self._interface.transceive(octets, within_s))
            except RfError as exc:
                tries, failed = tries + 1, exc.status
                kind = Kind.ACK if block.kind is Kind.ACK else Kind.NAK
                octets = Block(kind, target.number).encode()
                continue
            if answer is None:
                raise RfError(Status.PROTOCOL)
            if answer.kind is Kind.WAITING:
                octets, within_s = answer.encode(), target.fwt_s * (answer.inf[0] & 0x3F)
            elif answer.kind is Kind.ACK and answer.number != target.number:
                tries, octets = tries + 1, block.encode()  # rule 6: it has not had it
            else:
                return answer
        raise RfError(failed)
