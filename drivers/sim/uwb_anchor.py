"""A vehicle's anchor: a chip at a place of the world, on the world's time."""

from __future__ import annotations

import random
from typing import Literal
from weakref import WeakKeyDictionary, WeakSet

from drivers.api.clock import Clock
from drivers.api.device import Identity
from drivers.api.errors import DeviceNotFound
from drivers.api.space import Point
from drivers.api.uwb import UciPipe, UciPort
from drivers.sim.uwb_chip.device import VirtualKit
from drivers.sim.uwb_chip.oscillator import MOST_PPM, Oscillator
from drivers.sim.uwb_chip.pace import ClockPace
from drivers.sim.uwb_chip.pipe import PipeSocket
from drivers.sim.uwb_chip.scene import Shot, Sight, standing_at
from drivers.sim.uwb_scene import AirScene, CarBody
from drivers.sim.world import World
from drivers.uwb.uci.app_config import Param
from drivers.uwb.uci.codes import SessionState

_POWERED_BEFORE_US = 3_600_000_000
_BODY = CarBody()
_ANCHORS: WeakKeyDictionary[World, WeakSet[VirtualUwbAnchor]] = WeakKeyDictionary()


class VirtualUwbAnchor(VirtualKit, UciPipe):
    """A chip behind a pipe. In CCC sessions whoever is on the world's ``ranging_air`` answers.

    ``at`` is metres of the vehicle's frame. A FiRa peer is where it is, if another anchor of the
    world has that session and address; else where ``scene`` says: at 2 m, until somebody sets it.
    ``seed``, the world's and the place make the anchor's chance: its channel, and a clock that is
    up to an hour ahead of the world's and up to 20 ppm wrong.
    """

    def __init__(
        self,
        world: World,
        at: tuple[float, float, float],
        profile: Literal["generic", "pica", "qorvo", "nxp", "ncj29d5"] = "qorvo",
        seed: int = 0,
    ) -> None:
        self.at = Point(*at)
        self._world = world
        chance = random.Random(f"{world.seed}/{seed}/{at}")  # noqa: S311 - of the simulation
        self._chance = chance
        self._on_the_air = AirScene(world.ranging_air, self.at)
        pace = ClockPace(world.clock, slice_s=None)
        super().__init__(profile, standing_at(2.0), chance.getrandbits(32), pace)
        _ANCHORS.setdefault(world, WeakSet()).add(self)

    @property
    def clock(self) -> Clock:
        return self._world.clock

    def has_session(self, session_id: int, address: int) -> bool:
        """Whether it is in a FiRa session of this number now, under this address."""
        return any(
            one.session_id == session_id
            and one.state is SessionState.ACTIVE
            and not one.is_ccc
            and one.number(Param.DEVICE_ADDRESS) == address
            for one in tuple(self.chip.sessions.values())
        )

    def connect(self) -> UciPort:
        with self._lock:
            socket = self._socket if self._thread is not None else None
            if not isinstance(socket, PipeSocket):
                raise DeviceNotFound("the chip is unplugged", device=self.name)
            return socket.connect()

    def plug(self) -> None:
        """Power it; it hops by the setting ``hop_modulus`` of the world."""
        super().plug()
        self.chip.air.hop_modulus = lambda: self._world.settings.hop_modulus

    def identity(self) -> Identity:
        x, y, z = self.at.x_m, self.at.y_m, self.at.z_m
        place = f"at ({x:g}, {y:g}, {z:g}) m"
        return Identity("Digital Key Rig", f"virtual UWB anchor, {self._profile.name}", place)

    def _new_socket(self) -> PipeSocket:
        return PipeSocket(self._world.clock)

    def _new_oscillator(self, now_ns: int) -> Oscillator:
        ahead_us = self._chance.randrange(_POWERED_BEFORE_US)
        return Oscillator(now_ns, ahead_us, self._chance.uniform(-MOST_PPM, MOST_PPM))

    def _look(self, shot: Shot) -> Sight | None:
        if shot.ursk is not None:
            return self._on_the_air(shot)
        neighbours = (one for one in _ANCHORS[self._world] if one is not self)
        other = next(
            (one for one in neighbours if one.has_session(shot.session_id, shot.peer)), None
        )
        if other is None:
            return self.scene(shot)
        obstacle = _BODY.between(self.at, _BODY.mounted(other.at))
        return Sight(self.at.distance_m(other.at), obstacle)
