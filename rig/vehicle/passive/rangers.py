"""The anchors at work for one phone: sessions started, drained block by block, and stopped."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from drivers.api.clock import Clock
from drivers.api.errors import DriverError, LinkLost, RangingEnded
from drivers.api.uwb import CccSession, Hopping, Measurement, RangingSession
from rig.digital_key.ranging_time import AnchorClock
from rig.digital_key.secrets import Secret
from rig.vehicle.antenna_delays import without_delay
from rig.vehicle.passive.agenda import Agenda, Duties
from rig.vehicle.passive.geometry import PlacedAnchor
from rig.vehicle.passive.interference import NOBODY, Between
from rig.vehicle.passive.tracker import Block, Tracker
from rig.vehicle.passive.validity import Grid

_GRACE_S = 0.02  # how long a block waits for anchors that report later than the first


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """What vehicle and phone agreed on; ``time0_ns`` is the vehicle's clock."""

    session_id: int
    ursk: Secret = field(repr=False)
    sts_index0: int
    time0_ns: int
    ran_multiplier: int
    chaps_per_slot: int
    slots_per_round: int
    sync_code: int
    channel: int
    hopping: Hopping
    hop_key: bytes = field(repr=False)
    config_id: int
    pulse_combo: int
    version: int
    ursk_ttl_min: int

    def session(self, time0_us: int, index: int, anchors: int) -> CccSession:
        """As one anchor is told."""
        return CccSession(
            session_id=self.session_id,
            ursk=self.ursk,
            sts_index0=self.sts_index0,
            time0_us=time0_us,
            ran_multiplier=self.ran_multiplier,
            chaps_per_slot=self.chaps_per_slot,
            slots_per_round=self.slots_per_round,
            responders=anchors,
            responder_index=index,
            sync_code=self.sync_code,
            channel=self.channel,
            hopping=self.hopping,
            hop_key=self.hop_key,
            config_id=self.config_id,
            pulse_combo=self.pulse_combo,
            version=self.version,
            ursk_ttl_min=self.ursk_ttl_min,
        )

    @property
    def grid(self) -> Grid:
        """When its blocks come."""
        any_session = self.session(0, 0, 1)
        return Grid(
            sts_index0=self.sts_index0,
            sts_per_block=any_session.sts_per_block,
            time0_ns=self.time0_ns,
            block_ns=any_session.block_ms * 1_000_000,
        )


@dataclass(frozen=True, slots=True)
class Desk:
    """An anchor and the thread that does, in order, what takes time at it."""

    name: str
    placed: PlacedAnchor
    worker: Agenda
    index: int  # as responder


class AnchorFailed(Exception):
    """An anchor broke; the cause says how."""


class AnchorRefused(Exception):
    """An anchor ended a session by itself; ``reason`` is its own code."""

    def __init__(self, message: str, reason: int) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(slots=True)
class Rangers:
    """All anchors for one phone. ``ended`` is told when ranging ends, unless by ``stop``."""

    desks: Mapping[str, Desk]
    clock: Clock
    duties: Duties
    tracker: Tracker
    on_block: Callable[[Block], None]
    ended: Callable[[Exception], None]
    between: Callable[[], Between] = lambda: NOBODY
    heard: Callable[[str, Measurement], None] = lambda _anchor, _measured: None
    sessions: dict[str, RangingSession] = field(default_factory=dict)
    round: int = 0  # of starts; what comes of an earlier one is stale

    @property
    def running(self) -> bool:
        """Whether any anchor ranges."""
        return bool(self.sessions)

    def start(self, agreed: Agreed, done: Callable[[Exception | None], None]) -> None:
        """Start every anchor at once; ``done`` is told when all have, or the first did not."""
        self.round += 1
        self.tracker.begin(agreed.grid)
        waiting = set(self.desks)
        this = self.round

        def started(name: str, session: RangingSession) -> None:
            if self.round != this:
                self._dismiss(name, session)
                return
            self.sessions[name] = session
            session.on_result(lambda: self._told(name, session))
            waiting.discard(name)
            if not waiting:
                done(None)

        def failed(error: Exception) -> None:
            if self.round == this:
                self.stop()
                done(error)

        for name, desk in self.desks.items():
            self.duties.aside(
                lambda desk=desk: _start(desk, agreed, len(self.desks), self.clock),  # type: ignore[misc]
                lambda session, name=name: started(name, session),  # type: ignore[misc]
                failed,
                desk.worker,
                lambda session, name=name: self._dismiss(name, session),  # type: ignore[misc]
            )

    def stop(self) -> None:
        """Stop what runs, and whatever is still starting. Idempotent; waits for nothing."""
        self.round += 1
        for name, session in self.sessions.items():
            self._dismiss(name, session)
        self.sessions.clear()

    def _dismiss(self, name: str, session: RangingSession) -> None:
        self.desks[name].worker.post(session.stop)

    def _told(self, name: str, session: RangingSession) -> None:
        """From an anchor's own thread."""
        self.duties.post(lambda: self._drain(name, session))

    def _drain(self, name: str, session: RangingSession) -> None:
        while self.sessions.get(name) is session:
            try:
                measured = session.next(0)
            except RangingEnded as exc:
                self._over(AnchorRefused(f"{name} ended ranging: {exc}", exc.reason))
                return
            except DriverError as exc:
                self._over(exc)
                return
            if measured is None:
                return
            told = without_delay(measured, self.desks[name].placed.calibration)
            believed = self.between().measured(name, told)
            self.heard(name, believed)
            self._take(name, believed)

    def _take(self, name: str, measured: Measurement) -> None:
        was_open = self.tracker.is_open
        for block in self.tracker.take(name, measured):
            self.on_block(block)
        if self.tracker.is_open and not was_open:
            self.duties.after(_GRACE_S, self._close)

    def _close(self) -> None:
        for block in self.tracker.close():
            self.on_block(block)

    def _over(self, why: Exception) -> None:
        self.stop()
        self.ended(why)


def _start(desk: Desk, agreed: Agreed, anchors: int, clock: Clock) -> RangingSession:
    """Convert Time0 to the anchor's clock, read just before, and start. In the anchor's thread."""
    anchor = desk.placed.anchor
    try:
        before_ns = clock.now_ns()
        anchor_us = anchor.time_us()
        read_ns = (before_ns + clock.now_ns()) // 2
        time0_us = AnchorClock.from_pairs([(read_ns, anchor_us)]).on_anchor(agreed.time0_ns)
        return anchor.start(agreed.session(max(1, time0_us), desk.index, anchors))
    except LinkLost as exc:
        raise _named(exc, desk) from exc
    except DriverError as exc:
        raise _named(exc, desk) from exc


def _named(error: DriverError, desk: Desk) -> DriverError:
    error.device = error.device or desk.name
    return error
