"""The virtual rail as a device of a bench, and what is on its carriage."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from drivers.api.clock import Clock
from drivers.api.device import Device, Identity
from drivers.api.errors import DeviceNotFound, DriverError
from drivers.api.phone import KeyHolder
from drivers.api.space import Path, Point
from drivers.api.stage import Carriage, Carried, RailLine
from drivers.sim.grbl_rail.firmware import BUILD, Firmware
from drivers.sim.grbl_rail.mechanics import Mechanics
from drivers.sim.motion import Motion
from drivers.sim.uwb_chip.sockets import PtySocket
from drivers.sim.world import World

Vector = tuple[float, float, float]
Spoil = Callable[[bytes], bytes]

_TICK_S = 0.02  # in which it looks whether a move has ended, while one is under way
_SLICE_S = 0.05  # of real waiting, so that unplugging is noticed


@dataclass(frozen=True, slots=True)
class Ride(Motion):
    """Where a carriage is, and what is on it."""

    place: Callable[[int], Point] = field(kw_only=True)

    def where(self, t_ns: int) -> Point:
        return self.place(t_ns)


class VirtualRail(Device, Carriage, RailLine):
    """A rail of ``length_m``, or a gantry with ``width_m`` across, in the vehicle's frame.

    ``origin`` is the end that the controller counts as minus its travel. Where the carriage is at
    first, ``start``, the controller does not know. ``spoil`` is applied to all that goes to the
    host: what it returns is sent instead; ``silent`` keeps it from saying anything. ``heard`` is
    all that has come from the host, ``cleared`` why it was to be seen that nothing is in its way.
    """

    def __init__(  # noqa: PLR0913 - the options of a bench file
        self,
        world: World,
        origin: Vector,
        direction: Vector,
        length_m: float,
        *,
        across: Vector | None = None,
        width_m: float = 0.0,
        start: tuple[float, ...] | None = None,
        acceleration_mps2: float = 5.0,
        fastest_mps: float = 3.0,
        settings: dict[str, float] | None = None,
    ) -> None:
        """``settings`` are GRBL's own, by number ("22": 0 switches homing off).

        Raises DriverError for a setting that is no number of GRBL's.
        """
        self._world, self._origin = world, origin
        self._axes = (direction,) if across is None else (direction, across)
        self._lengths_mm = tuple(m * 1000 for m in (length_m, width_m)[: len(self._axes)])
        self._settings = _defaults(self._lengths_mm, acceleration_mps2, fastest_mps)
        self._settings |= {_number(name): value for name, value in (settings or {}).items()}
        begin = start or tuple(mm / 2000 for mm in self._lengths_mm)
        true = tuple(m * 1000 - mm for m, mm in zip(begin, self._lengths_mm, strict=True))
        deviation, now_ns = self._settings[11], world.clock.now_ns()
        self.mechanics = Mechanics(true, self._lengths_mm, deviation, now_ns)
        self.spoil: Spoil | None = None
        self.silent = False
        self.heard = bytearray()
        self.cleared: list[str] = []
        self._riders: dict[int, KeyHolder] = {}
        self._lock = threading.RLock()
        self._bell = world.clock.bell()
        self._path = ""
        self._socket: PtySocket | None = None
        self._threads: tuple[threading.Thread, ...] = ()
        self._stopping = threading.Event()
        self.power()
        self.plug()

    @property
    def path(self) -> str:
        if not self._threads:  # its number may be another terminal's by now
            raise DeviceNotFound("the virtual rail is not plugged in", device=self.name)
        return self._path

    def power(self) -> None:
        """Switch the controller off and on: it stands, and has forgotten where it is."""
        with self._lock:
            self.mechanics.halt()
            self.firmware = Firmware(self.mechanics, self._settings)
            greeting = self.firmware.run(self._world.clock.now_ns())
            if self._socket is not None:
                self._send(self._socket, greeting)

    def plug(self) -> None:
        """Put its line in; it has another path each time. No effect when it is in."""
        if self._threads:
            return
        socket, self._stopping = PtySocket(), threading.Event()
        self._path, stopping = socket.path, self._stopping
        hears = threading.Thread(
            target=self._hear, args=(socket, stopping), name="grbl line", daemon=True
        )
        hears.start()
        ticks = self._world.clock.thread(lambda: self._tick(socket, stopping), "grbl rail")
        self._socket, self._threads = socket, (hears, ticks)

    def unplug(self) -> None:
        """Pull its line out. Its controller has a supply of its own, and goes on."""
        threads, self._threads = self._threads, ()
        self._stopping.set()
        self._bell.ring()
        for thread in threads:
            if thread is not threading.current_thread():
                thread.join()
        if self._socket is not None:
            self._socket.close()

    def open_door(self) -> None:
        """Open the safety door of the rail."""
        self._happens(self.firmware.open_door)

    def hit_limit(self) -> None:
        """Have something hit a limit switch."""
        self._happens(self.firmware.hit_limit)

    def where(self, t_ns: int) -> Point:
        """The truth: where the carriage was at that time, or is."""
        clock: Clock = self._world.clock
        with self._lock:
            self.firmware.mechanics.advance(min(t_ns, clock.now_ns()))
            true = self.mechanics.at(t_ns)
        at = list(self._origin)
        for mm, length_mm, way in zip(true, self._lengths_mm, self._axes, strict=True):
            at = [here + (mm + length_mm) / 1000 * part for here, part in zip(at, way, strict=True)]
        return Point(at[0], at[1], at[2])

    def mount(self, holder: KeyHolder, carried: Carried) -> None:
        now_ns = self._world.clock.now_ns()
        here = Path((self.where(now_ns),), 1.0)
        self._riders[id(holder)] = holder
        self._world.motions.set(holder, Ride(here, now_ns, carried, place=self.where))

    def unmount(self, holder: KeyHolder) -> None:
        self._riders.pop(id(holder), None)
        self._world.motions.set(holder, None)

    def clear(self, why: str) -> None:
        """Nobody is near; its door is closed."""
        self.cleared.append(why)
        self._happens(self.firmware.close_door)

    def identity(self) -> Identity:
        return Identity("Digital Key Rig", "virtual rail", "", BUILD)

    def close(self) -> None:
        self.unplug()
        for holder in tuple(self._riders.values()):
            self.unmount(holder)

    def _happens(self, what: Callable[[], None]) -> None:
        with self._lock:
            before = self.firmware.run(self._world.clock.now_ns())
            what()
            after = self.firmware.run(self._world.clock.now_ns())
            if self._socket is not None:
                self._send(self._socket, before + after)

    def _hear(self, socket: PtySocket, stopping: threading.Event) -> None:
        while not stopping.is_set():
            if not socket.ready(_SLICE_S):
                continue
            with self._lock:
                data = socket.read()
                self.heard += data
                self._send(socket, self.firmware.hear(data, self._world.clock.now_ns()))
            self._bell.ring()

    def _tick(self, socket: PtySocket, stopping: threading.Event) -> None:
        while not stopping.is_set():
            with self._lock:
                self._send(socket, self.firmware.run(self._world.clock.now_ns()))
                waiting = self.firmware.is_waiting
            self._bell.wait(_TICK_S if waiting else None)

    def _send(self, socket: PtySocket, data: bytes) -> None:
        if data and self.spoil is not None:
            data = self.spoil(data)
        if data and not self.silent:
            socket.send(data)


def _defaults(lengths_mm: tuple[float, ...], a_mps2: float, fastest_mps: float) -> dict[int, float]:
    """Those of GRBL, but for what makes it this rail."""
    found = {0: 10, 1: 25, 2: 0, 3: 0, 4: 0, 5: 0, 6: 0, 10: 1, 11: 0.010, 12: 0.002, 13: 0}
    found |= {20: 1, 21: 1, 22: 1, 23: 0, 24: 600, 25: 60000, 26: 25, 27: 5, 30: 1000, 31: 0, 32: 0}
    settings: dict[int, float] = dict(found)
    for axis in range(3):
        length_mm = lengths_mm[axis] if axis < len(lengths_mm) else 200.0
        settings |= {100 + axis: 10.0, 110 + axis: fastest_mps * 60000}
        settings |= {120 + axis: a_mps2 * 1000, 130 + axis: length_mm}
    return dict(sorted(settings.items()))


def _number(name: str) -> int:
    if not (name.isdecimal() and len(name) <= 3):
        raise DriverError(f"{name!r} is no setting of GRBL")
    return int(name)
