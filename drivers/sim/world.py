"""The space virtual devices share: places, what is held to them, and chance.

A real bench never loads it. A *place* is a name such as ``driver_handle``; a virtual reader
listens at one, and a virtual phone or card is brought to one. A phone reads cards as well: the
place of that reader is ``<name>_back``. What enters a reader's field is a ChipCard: the bytes side
of a phone's secure element or of a card. Around the vehicle things have a ``Motion`` and radios an
air. Time is a WorldClock.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Mapping
from typing import Literal, Protocol

from drivers.api.clock import TimeSource
from drivers.api.device import Device, Identity
from drivers.api.peer import SettingsPeer
from drivers.sim.motion import Motions
from drivers.sim.ranging_air import RangingAir
from drivers.sim.world_clock import WorldClock
from rig.digital_key.settings import Settings, settings_from


class ChipCard(Protocol):
    """What a reader's field powers. All calls of one visit come from one thread."""

    @property
    def atr(self) -> bytes:
        """The ATR a PC/SC reader reports for it."""
        ...

    def power(self, *, on: bool) -> None:
        """The field came or went; volatile state is lost when it goes."""
        ...

    def process(self, apdu: bytes) -> bytes | None:
        """Answer one command APDU; None is a mute card that never answers."""
        ...


class Field(Protocol):
    """A virtual reader's side of a place."""

    def enter(self, card: ChipCard) -> None:
        """A card came into the field."""
        ...

    def leave(self) -> None:
        """The card left the field."""
        ...


class World(Device, SettingsPeer, TimeSource):
    """One per virtual bench. Safe to use from several threads.

    ``settings`` are the protocol settings of everything virtual here; a phone reads them at each
    SELECT.
    """

    def __init__(
        self, seed: int = 0, start: str = "", time: Literal["real", "virtual"] = "real"
    ) -> None:
        """``start``: when the calendar begins, in ISO 8601 (UTC); "" is now. Raises DriverError.

        ``time`` "virtual" stands still while anything works: nothing is measured of the machine,
        and what real threads wait for, such as pcscd, does not pass by it.
        """
        self.settings = Settings()
        self.seed = seed
        self._clock = WorldClock(start, virtual=time == "virtual")
        self.random = random.Random(seed)  # noqa: S311 - chance of the simulation, not a secret
        self.motions, self.ranging_air = Motions(), RangingAir()
        self._lock = threading.RLock()
        self._fields: dict[str, Field] = {}
        self._at: dict[str, ChipCard] = {}
        self._backs: list[tuple[Device, Field]] = []

    @property
    def clock(self) -> WorldClock:
        """The time of everything on this bench."""
        return self._clock

    def listen(self, place: str, field: Field) -> None:
        """Put a reader's field at a place; what is already there enters it."""
        with self._lock:
            self._fields[place] = field
            if place in self._at:
                field.enter(self._at[place])

    def listen_behind(self, device: Device, field: Field) -> None:
        """Put a reader's field into a device's back: at ``<name>_back``, whatever its name will be.

        The bench names its devices after it has made them.
        """
        with self._lock:
            self._backs.append((device, field))

    def unlisten(self, place: str) -> None:
        """Take the reader away again."""
        with self._lock:
            self._fields.pop(place, None)

    def bring(self, card: ChipCard, place: str) -> None:
        """Hold a card to a place; it leaves where it was, and whatever was here leaves."""
        with self._lock:
            self.take(card)
            if place in self._at:
                self.take(self._at[place])
            self._at[place] = card
            if field := self._field(place):
                field.enter(card)

    def take(self, card: ChipCard) -> None:
        """Take a card away from wherever it is."""
        with self._lock:
            for place in [p for p, c in self._at.items() if c is card]:
                del self._at[place]
                if field := self._field(place):
                    field.leave()

    def adopt_settings(self, overrides: Mapping[str, object]) -> None:
        self.settings = settings_from(overrides)

    def identity(self) -> Identity:
        return Identity(make="Digital Key Rig", model="virtual world")

    def close(self) -> None:
        with self._lock:
            for card in list(self._at.values()):
                self.take(card)
            self._fields.clear()
            self._backs.clear()

    def _field(self, place: str) -> Field | None:
        backs = {f"{device.name}_back": field for device, field in self._backs if device.name}
        return self._fields.get(place, backs.get(place))
