"""The simulated doors and trunk: what relays move and what sensors feel.

Relays: 1-5 unlock driver, passenger, rear_left, rear_right, trunk; 6 pulls the trunk open when
its lock is unlocked; 7 accessory; 8 drive-ready. Sensors: 1-5 unlocked, 6-10 open, in the same
order; 11 accessory; 12 drive-ready.

No thread moves it. Every movement knows when it will arrive, and whoever asks lets what has
arrived by now take effect, in the order of arrival.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

from drivers.api.body import Closures
from drivers.api.device import Identity
from drivers.api.errors import DeviceNotFound, DeviceRefused
from drivers.sim.world import World

CLOSURES = ("driver", "passenger", "rear_left", "rear_right", "trunk")
MECHANICS = (*CLOSURES, "release_trunk", "accessory", "drive_ready")
"""What the relays drive, relay 1 first; the first five are the locks."""

LOCKED = 0x01
"""The code of the refusal to open what is locked."""

_SPREAD = 0.2  # each movement takes up to this share more or less


@dataclass(slots=True)
class _Mechanism:
    """A lock, a release or a contact: where it is, and where its relay wants it."""

    moved: bool = False
    wanted: bool = False
    arrives_ns: int | None = None
    jammed: bool = False

    def start(self, arrives_ns: int) -> None:
        """Move to where it is wanted, if it can and is elsewhere."""
        stays = self.jammed or self.moved is self.wanted
        self.arrives_ns = None if stays else arrives_ns

    def arrive(self) -> None:
        self.moved, self.arrives_ns = self.wanted, None


class VirtualBody(Closures):
    """Four doors and a trunk, at first locked and shut. Safe to use from several threads.

    ``actuation_ms`` is how long a latch travels, give or take a fifth by the world's chance.
    """

    def __init__(self, world: World, actuation_ms: float = 20.0) -> None:
        self._random, self._now_ns = world.random, world.clock.now_ns
        self._actuation_ns = actuation_ms * 1e6
        self._mechanics = {name: _Mechanism() for name in MECHANICS}
        self._open = dict.fromkeys(CLOSURES, False)
        self._lock = threading.RLock()

    def energise(self, relays: int) -> None:
        """Take the relays as they are now: one bit each, relay 1 lowest."""
        with self._lock:
            self._advance()
            for bit, mechanism in enumerate(self._mechanics.values()):
                wanted = bool(relays >> bit & 1)
                if wanted is not mechanism.wanted:
                    mechanism.wanted = wanted
                    mechanism.start(self._arrival_ns())

    def sensed(self) -> int:
        """What the sensors feel now: one bit each, sensor 1 lowest."""
        with self._lock:
            self._advance()
            moved = {name: mechanism.moved for name, mechanism in self._mechanics.items()}
            felt = [moved[name] for name in CLOSURES]
            felt += self._open.values()
            felt += (moved["accessory"], moved["drive_ready"])
        return sum(active << bit for bit, active in enumerate(felt))

    def move(self, closure: str, *, to_open: bool) -> None:
        """Open or shut a door or the trunk by hand, at once.

        Raises DeviceRefused (LOCKED) when it is shut and locked, DeviceNotFound for a name that
        is not in CLOSURES. Shutting always works.
        """
        if closure not in self._open:
            raise self._unknown(closure, CLOSURES)
        with self._lock:
            self._advance()
            if to_open and not self._open[closure] and not self._mechanics[closure].moved:
                raise DeviceRefused(LOCKED, f"opening {closure}, which is locked", device=self.name)
            self._open[closure] = to_open

    def jam(self, mechanism: str) -> None:
        """Make one of MECHANICS stick where it is, whatever its relay does."""
        with self._lock:
            self._advance()
            stuck = self._mechanism(mechanism)
            stuck.jammed, stuck.arrives_ns = True, None

    def free(self, mechanism: str) -> None:
        """Let it move again; it then goes where its relay wants it."""
        with self._lock:
            freed = self._mechanism(mechanism)
            if freed.jammed:
                freed.jammed = False
                freed.start(self._arrival_ns())

    def identity(self) -> Identity:
        return Identity(make="Digital Key Rig", model="virtual body")

    def close(self) -> None:
        """Nothing to do: what locks is the release of the relays."""

    def _advance(self) -> None:
        """Let everything that has arrived by now take effect, earliest first."""
        now_ns = self._now_ns()
        arriving = [
            (mechanism.arrives_ns, mechanism)
            for mechanism in self._mechanics.values()
            if mechanism.arrives_ns is not None and mechanism.arrives_ns <= now_ns
        ]
        release, lock = self._mechanics["release_trunk"], self._mechanics["trunk"]
        for _, mechanism in sorted(arriving, key=lambda entry: entry[0]):
            mechanism.arrive()
            if (mechanism is release or mechanism is lock) and release.moved and lock.moved:
                self._open["trunk"] = True

    def _arrival_ns(self) -> int:
        share = self._random.uniform(1 - _SPREAD, 1 + _SPREAD)
        return self._now_ns() + round(self._actuation_ns * share)

    def _mechanism(self, name: str) -> _Mechanism:
        try:
            return self._mechanics[name]
        except KeyError:
            raise self._unknown(name, MECHANICS) from None

    def _unknown(self, name: str, known: tuple[str, ...]) -> DeviceNotFound:
        return DeviceNotFound(
            f"no {name!r} on this body; it has {', '.join(known)}", device=self.name
        )
