"""The chip's antenna at a place of the world: what is held to it is in its field."""

from __future__ import annotations

import random
import threading

from drivers.sim.isodep.application import Wait
from drivers.sim.isodep.faults import RfMisbehaviour
from drivers.sim.isodep.picc import Picc
from drivers.sim.isodep.selection import Frame
from drivers.sim.world import ChipCard, Field


class Antenna(Field):
    """The world's threads bring and take cards; the chip's own does everything else."""

    def __init__(self, chance: random.Random, misbehave: RfMisbehaviour, wait: Wait) -> None:
        self._chance, self._misbehave, self._wait = chance, misbehave, wait
        self._lock = threading.Lock()
        self._here: Picc | None = None
        self._powered: Picc | None = None  # the one that the field is known to
        self._gone: list[Picc] = []
        self.on = False

    def enter(self, card: ChipCard) -> None:
        """A card came near."""
        with self._lock:
            self._here = Picc(card, self._chance, self._misbehave, self._wait)

    def leave(self) -> None:
        """The card is taken away, with an APDU under way or not."""
        with self._lock:
            here, self._here = self._here, None
            if here:
                here.end()
                self._gone.append(here)

    def switch(self, *, on: bool) -> None:
        """The field goes on or off. No effect when it is."""
        if on != self.on:
            self.on = on
            self._meet()

    def exchange(self, frame: Frame, within_s: float) -> Frame | None:
        """Send, and hear what answers in this time. Without a field nobody hears it."""
        here = self._meet()
        return here.hear(frame, within_s) if here and self.on else None

    def tidy(self) -> None:
        """Let go of what cards that have left were held by."""
        with self._lock:
            gone, self._gone = self._gone, []
        for picc in gone:
            picc.close()

    def close(self) -> None:
        """No more field, and nobody in it."""
        self.switch(on=False)
        self.leave()
        self.tidy()

    def _meet(self) -> Picc | None:
        """Whoever is here, who knows by now whether there is a field."""
        self.tidy()
        with self._lock:
            here = self._here
        known = here if self.on else None
        if known is not self._powered:
            if here and self._powered is here:
                here.field(on=False)
            elif known:
                known.field(on=True)
            self._powered = known
        return here
