"""What lies inside the vehicle: fobs, cards and keys, and what follows from it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from drivers.api.clock import Clock
from drivers.api.operator import Operator
from rig.key_server.keys import Authority
from rig.key_server.readings import SETUP_KEYS, SetupKeys
from rig.key_server.vehicles import Artefact
from rig.measure.outcomes import Inconclusive
from rig.vehicle.keyring import Key, KeyState

FOBS = (Artefact.FIRST_FOB, Artefact.SECOND_FOB)
STORED_AWAY = (*FOBS, Artefact.SETUP_CARD)  # never in the vehicle during digital-key use


ONE_FOB_AND_KEY_CARD = frozenset((Artefact.FIRST_FOB, Artefact.SERVICE_CARD))
"""Enough for a vehicle that was delivered with nothing else (DK-ELIG-09)."""


@dataclass(frozen=True, slots=True)
class Storage:
    """Evidence of where fobs and setup card were since it was asked to watch (DK-SCARD-09)."""

    outside: tuple[str, ...]
    entered: tuple[str, ...]  # those that lie inside, or did at some time
    attested_by: str  # initials, or "rig" where the artefacts are the rig's own
    at: datetime

    @property
    def kept(self) -> bool:
        """Whether all of them were outside all the time."""
        return not self.entered

    def require(self) -> None:
        """Raise Inconclusive when something that counts as a key was inside: no valid run."""
        if not self.kept:
            raise Inconclusive(f"in the vehicle during the test: {', '.join(self.entered)}")


class Cabin:
    """The inside of the vehicle.

    Without ``operator`` fobs and setup card are the rig's own and go where they are put. With one
    they are real: the person moves them, and attests where they are (AMB-15).
    """

    def __init__(
        self,
        clock: Clock,
        delivered: Collection[Artefact],
        keys_inside: Callable[[], Iterable[Key]],
        operator: Operator | None = None,
        reading: Collection[SetupKeys] = frozenset(SetupKeys),
    ) -> None:
        """``keys_inside``: digital keys known to be inside, as one in the tray is.

        ``reading``: which keys have to be inside before a set-up goes on (AMB-14).
        """
        self.reading = reading
        self._clock = clock
        self._delivered = frozenset(delivered)
        self._keys_inside = keys_inside
        self._operator = operator
        self._inside: set[Artefact] = set()
        self._entered: set[Artefact] = set()

    def equip(self, delivered: Collection[Artefact]) -> None:
        """These came with the vehicle, and nothing else: what is left over is taken out."""
        self._delivered = frozenset(delivered)
        for thing in sorted(self._inside - self._delivered):
            self.take_out(thing)

    def reset(self) -> None:
        """Nothing inside; what was there is forgotten."""
        for thing in sorted(self._inside):
            self.take_out(thing)
        self._entered.clear()

    def watch(self) -> None:
        """Begin the evidence of ``outside`` now, as after a set-up that needed the keys inside."""
        self._entered = set(self._inside)

    def put(self, thing: Artefact) -> None:
        """Lay it into the vehicle. Raises Inconclusive when it was not delivered with it."""
        if thing not in self._delivered:
            raise Inconclusive(f"the vehicle was delivered without {_words(thing)}")
        if thing not in self._inside and self._operator is not None:
            self._operator.ask(f"Lay the {_words(thing)} into the vehicle.")
        self._inside.add(thing)
        self._entered.add(thing)

    def take_out(self, thing: Artefact) -> None:
        """Take it out of the vehicle. No effect when it is not inside."""
        if thing in self._inside and self._operator is not None:
            self._operator.ask(f"Take the {_words(thing)} out of the vehicle, well away from it.")
        self._inside.discard(thing)

    def found(self) -> tuple[str, ...]:
        """What the vehicle finds inside, by name: "first_fob", "setup_card", ..."""
        return tuple(sorted(self._inside))

    def authority(self) -> Authority:
        """In whose name the menus are used: the most that lies inside counts."""
        if self._inside.intersection(FOBS):
            return Authority.FOB
        roles = {key.role for key in self._keys_inside() if key.state is KeyState.ACTIVE}
        if "owner" in roles:
            return Authority.MAIN_KEY
        return Authority.SHARED_KEY if "friend" in roles else Authority.NOTHING

    def lacks_for_setup(self) -> str:
        """What has to be brought before a set-up goes on; "" when it is all there (DK-SETUP-05)."""
        ways = [keys for keys in SetupKeys if keys in self.reading]
        enough = tuple(keys for way in ways for keys in SETUP_KEYS[way])
        if self._delivered.isdisjoint((Artefact.SECOND_FOB, Artefact.SETUP_CARD)):
            enough = (*enough, ONE_FOB_AND_KEY_CARD)
        if any(keys <= self._inside for keys in enough):
            return ""
        possible = [keys for keys in enough if keys <= self._delivered] or enough
        return " or ".join(" and ".join(map(_words, sorted(keys))) for keys in possible)

    def outside(self) -> Storage:
        """Evidence that fobs and setup card were outside since the last reset or ``watch``.

        Raises what the operator does who is asked for it.
        """
        entered = self._entered.intersection(STORED_AWAY)
        away = self._delivered.intersection(STORED_AWAY) - entered
        by, at = "rig", self._clock.utc()
        if self._operator is not None and away:
            things = ", ".join(map(_words, sorted(away)))
            answer = self._operator.ask(
                f"Were these outside the vehicle all the time, and shielded: {things}?", "yes", "no"
            )
            by, at = answer.initials, answer.at
            if answer.text == "no":
                entered, away = entered | away, frozenset()
        return Storage(tuple(sorted(away)), tuple(sorted(entered)), by, at)


def _words(thing: Artefact) -> str:
    return thing.replace("_", " ")
