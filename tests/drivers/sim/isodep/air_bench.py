"""A reader's side of the air in a few lines, to talk to one virtual card frame by frame."""

from __future__ import annotations

import random

from drivers.sim.contactless import Contactless, Front
from drivers.sim.isodep.crc import with_crc, without_crc
from drivers.sim.isodep.faults import RfMisbehaviour
from drivers.sim.isodep.picc import Picc
from drivers.sim.isodep.selection import Frame
from tests.contracts.echo_card import PATIENCE_S, EchoCard

PATIENT = Front(fwi=14)  # 4.9 s, so that it asks for more time on no machine, however busy
REQA, WUPA = Frame(b"\x26", 7), Frame(b"\x52", 7)


class FrontedCard(EchoCard, Contactless):
    """An EchoCard that shows the front a test gives it."""

    def __init__(self, front: Front) -> None:
        super().__init__()
        self.front = front


class Air:
    """One card in a field that is on."""

    def __init__(self, card: EchoCard | None = None) -> None:
        self.card = card or FrontedCard(PATIENT)
        self.misbehave = RfMisbehaviour()
        chance = random.Random(1)  # noqa: S311
        self.picc = Picc(self.card, chance, self.misbehave)
        self.picc.field(on=True)

    def close(self) -> None:
        """The card leaves."""
        self.picc.end()
        self.picc.close()

    def poll(self, frame: Frame = REQA) -> bytes | None:
        """Seven bits, and the ATQA."""
        answer = self.picc.hear(frame, PATIENCE_S)
        return None if answer is None else answer.data

    def bare(self, data: str) -> bytes | None:
        """Octets without a checksum either way, as anticollision has them."""
        answer = self.picc.hear(Frame(bytes.fromhex(data)), PATIENCE_S)
        return None if answer is None else answer.data

    def send(self, data: str, within_s: float = PATIENCE_S) -> bytes | None:
        """A standard frame, and the answer without its checksum; a wrong one is an error."""
        answer = self.picc.hear(Frame(with_crc(bytes.fromhex(data))), within_s)
        if answer is None:
            return None
        checked = without_crc(answer.data)
        assert checked is not None, f"wrong CRC: {answer.data.hex()}"
        return checked

    def select(self) -> bytes:
        """Poll and go through all levels of the UID."""
        assert self.poll() is not None
        uid = b""
        for level in ("93", "95", "97"):
            part = self.bare(level + "20")
            assert part is not None
            sak = self.send(level + "70" + part.hex())
            assert sak is not None
            uid += part[1:4] if sak[0] & 0x04 else part[:4]
            if not sak[0] & 0x04:
                return uid
        raise AssertionError("a UID has three levels at most")

    def activate(self, rats: str = "E080") -> bytes:
        """Up to the ATS. ``rats`` E080: frames of 256 octets, CID 0."""
        self.select()
        ats = self.send(rats)
        assert ats is not None, "no ATS"
        return ats
