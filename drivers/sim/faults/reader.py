"""A contactless reader whose link to the card, or to the rig, fails."""

from __future__ import annotations

from drivers.api.clock import TimeSource
from drivers.api.errors import CardLost, LinkLost
from drivers.api.nfc import CardLink, NfcReader
from drivers.sim.faults.link import RATE, Wrapping, failure

_ANSWER = {
    "answer lost": "lost",
    "answer damaged": "damaged",
    "answer cut short": "cut short",
    "answer repeated": "repeated",
    "command refused": "refused",
    "library crashes": "crash",
}


class FaultyReader(Wrapping, NfcReader):
    """Wraps any reader; options as of Wrapping."""

    link = "reader"
    faults = (
        "command lost",
        *_ANSWER,
        "answer empty",
        "answer late",
        "card drops out",
        "card seen too late",
        "card is a ghost",
        "removal missed",
        "removal imagined",
        "reset fails",
        "unplugged for a moment",
        "gone for good",
    )

    def __init__(
        self,
        reader: NfcReader,
        rate: float = RATE,
        fault: str = "",
        seed: int = 0,
        time: TimeSource | None = None,
    ) -> None:
        super().__init__(reader, rate, fault, seed, time)
        self._inner = reader

    def wait_for_card(self, timeout_s: float) -> CardLink | None:
        self.raise_if_gone()
        if self._inner.name == "":
            self._inner.name = f"the reader behind {self.name}"
        found = self._inner.wait_for_card(timeout_s)
        if found is None:
            return None
        if self.chance.strikes_now("card seen too late"):
            return None
        ghost = bool(self.chance.strikes_now("card is a ghost"))
        return _FaultyCard(self, found, ghost=ghost)

    def wait_for_removal(self, timeout_s: float) -> bool:
        self.raise_if_gone()
        gone = self._inner.wait_for_removal(timeout_s)
        if gone:
            return not self.chance.strikes_now("removal missed")
        return bool(self.chance.strikes_now("removal imagined"))


class _FaultyCard(CardLink):
    def __init__(self, reader: FaultyReader, link: CardLink, *, ghost: bool) -> None:
        self.target = link.target
        self._reader, self._link, self._lost = reader, link, ghost

    def transceive(self, apdu: bytes) -> bytes:
        reader, chance = self._reader, self._reader.chance
        reader.raise_if_gone()
        if chance.strikes_now("unplugged for a moment"):
            raise LinkLost("it was unplugged", device=reader.name)
        self._lost = self._lost or bool(chance.strikes_now("card drops out"))
        if self._lost:
            raise CardLost("the card left the field", device=reader.name)
        if chance.strikes_now("command lost"):
            raise failure("lost", reader.name)
        answer = self._link.transceive(apdu)
        if chance.strikes_now("answer late"):
            reader.delay()
        if fault := chance.strikes_now(*_ANSWER):
            raise failure(_ANSWER[fault], reader.name)
        return b"" if chance.strikes_now("answer empty") else answer

    def reset(self, *, cold: bool) -> None:
        self._reader.raise_if_gone()
        if self._reader.chance.strikes_now("reset fails"):
            raise failure("lost", self._reader.name)
        self._link.reset(cold=cold)

    def close(self) -> None:
        self._link.close()
