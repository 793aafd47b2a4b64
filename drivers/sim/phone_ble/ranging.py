"""The phone's half of UWB ranging: controller and initiator of one session at a time.

A vehicle's anchor calls at the beginning of a block as it reckons it; the phone answers from where
it is, if the session, the time and what goes into the STS are its own, and says how late its
Pre-Poll was: an anchor follows it from block to block, so that their clocks may drift apart.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from drivers.api.space import Point
from drivers.sim.motion import Motion
from drivers.sim.phone_ble.blocks import Grid
from drivers.sim.phone_ble.misbehaviour import BleFault, BleMisbehaviour
from drivers.sim.phone_ble.uwb_clock import UwbClock
from drivers.sim.ranging_air import Call, RangingPeer, Reply
from rig.digital_key.secrets import Secret

LEAD_US = 100_000  # from the answer to the first block: the vehicle starts its anchors meanwhile
_WINDOW_US = 2_000.0  # how wrong an anchor may be about the beginning of a block
_FIRST_US = 15_000  # until it has met a Pre-Poll: the uncertainty of a captured Time_Sync
_INDEX0_BELOW = 1 << 30  # leaves room for months of blocks
_WRONG = Secret(bytes(32))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranging:
    """One session as it runs. ``until`` is when its key is too old, by the bench's calendar."""

    session_id: int
    ursk: Secret = field(repr=False)
    until: datetime
    grid: Grid
    index0: int
    time0_us: int
    runs: bool = True

    def block(self, t_us: float) -> int:
        """The block whose beginning is the nearest."""
        return round((t_us - self.time0_us) / self.grid.block_us)

    def begins_us(self, block: int) -> int:
        """When a block begins."""
        return self.time0_us + block * self.grid.block_us


class PhoneRanging(RangingPeer):
    """Answers from the anchors' threads; everything else is done in the air's."""

    def __init__(
        self,
        clock: UwbClock,
        utc: Callable[[], datetime],
        motion: Callable[[], Motion | None],
        misbehave: BleMisbehaviour,
        chance: random.Random,
    ) -> None:
        """``motion`` tells where the phone is; None where its radio is off or out of range."""
        self.clock = clock
        self._utc, self._motion = utc, motion
        self._misbehave, self._chance = misbehave, chance
        self._session: Ranging | None = None
        self._met: set[Point] = set()  # anchors that have heard a Pre-Poll of this session

    @property
    def session(self) -> Ranging | None:
        """The session there is, suspended or not."""
        return self._session

    def begin(
        self, session_id: int, ursk: Secret, until: datetime, grid: Grid, now_us: float
    ) -> Ranging:
        """A new session, in the place of any other."""
        return self._take(
            Ranging(
                session_id=session_id,
                ursk=ursk,
                until=until,
                grid=grid,
                index0=self._chance.randrange(_INDEX0_BELOW),
                time0_us=int(now_us) + LEAD_US,
            )
        )

    def hop_key(self) -> int:
        """A fresh one, four octets (facts 5.2)."""
        return self._chance.getrandbits(32)

    def suspend(self) -> None:
        """No answers until it is recovered."""
        if self._session is not None:
            self._session = replace(self._session, runs=False)

    def recover(self, grid: Grid, now_us: float) -> Ranging | None:
        """Go on behind the last index that can have been used; None where there is nothing."""
        if (session := self._session) is None or self._utc() >= session.until:
            return None
        used = max(0, session.block(now_us) + 1) * session.grid.indices_per_block
        return self._take(
            replace(
                session,
                grid=grid,
                index0=session.index0 + used,
                time0_us=int(now_us) + LEAD_US,
                runs=True,
            )
        )

    def end(self) -> None:
        """There is no session any more."""
        self._session = None

    def hear(self, call: Call) -> Reply | None:
        session, motion = self._session, self._motion()
        if session is None or motion is None or call.session_id != session.session_id:
            return None
        if not session.runs or self._utc() >= session.until:
            return None
        t_us = self.clock.us(call.t_ns)
        block = session.block(t_us)
        late_us = session.begins_us(block) - t_us
        if block < 0 or abs(late_us) > (_WINDOW_US if call.anchor in self._met else _FIRST_US):
            return None
        fits = self._fits(session, call, block)
        if fits:
            self._met.add(call.anchor)
        at = motion.where(call.t_ns)
        return Reply(at, motion.carried, fits, late_ns=round(late_us * 1000) if fits else 0)

    def _take(self, session: Ranging) -> Ranging:
        self._met = set()
        self._session = session
        return session

    def _fits(self, session: Ranging, call: Call, block: int) -> bool:
        ursk = _WRONG if self._misbehave.does(BleFault.WRONG_URSK) else session.ursk
        shift = 1 if self._misbehave.does(BleFault.WRONG_STS) else 0
        indices = session.grid.final_indices(session.index0 + shift, block)
        return call.ursk == ursk and call.sts_index in indices
