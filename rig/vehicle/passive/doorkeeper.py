"""Moves the locks as keys come and go. One for all phones; lives in the agenda's thread."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Protocol

from drivers.api.clock import Clock
from rig.digital_key.profiles import Purpose
from rig.measure.timeline import Timeline
from rig.vehicle.body import Body, UnlockScope
from rig.vehicle.keys import Key
from rig.vehicle.passive.agenda import Agenda, Duties
from rig.vehicle.passive.approach import Approach
from rig.vehicle.passive.decision import has_left, in_unlock_zone
from rig.vehicle.passive.settings import PassiveSettings
from rig.vehicle.passive.tracker import Block, Tracker
from rig.vehicle.policy import Decision
from rig.vehicle.wiring import CLOSURES, DOORS, TRUNK

_RETRY_S = 0.5  # until a lock that something spoke against is tried again
_MOVING = ("decided", "commanded", "feedback")
_SIDES = {"driver": (DOORS[0],), "passenger": (DOORS[1],), "trunk": (TRUNK,)}


class Phone(Protocol):
    """A phone that ranges, as the doorkeeper needs it; ``owner`` is the key it proved to hold."""

    @property
    def approach(self) -> Approach: ...
    @property
    def tracker(self) -> Tracker: ...
    @property
    def owner(self) -> Key | None: ...

    def tell_moved(self, *, unlocked: bool) -> None:
        """Tell the phone of a movement, whoever brought it about."""
        ...

    def failed(self, error: Exception, step: str) -> None:
        """The bench broke while it was served."""
        ...


@dataclass(frozen=True, slots=True)
class Movement:
    """The locks have moved for a key. ``timeline`` has all marks of the approach up to then."""

    unlocked: bool
    t_ns: int  # when the last sensor had followed
    key: str
    handle: str  # the one approached, or that was left last
    timeline: Timeline
    approach: Approach


@dataclass(slots=True)
class _Presence:
    """What is remembered of a key, across its connections."""

    near_ns: int  # when it was last seen within the lock radius
    since_ns: int  # since when it has been in the unlock zone
    lock_after_ns: int = 0


@dataclass(slots=True)
class Doorkeeper:
    """``moved`` is told of every movement, ``judge`` says what a key may."""

    clock: Clock
    body: Body
    settings: PassiveSettings
    judge: Callable[[Key, Purpose], Decision]
    moved: Callable[[Key, Movement], None]
    duties: Duties
    worker: Agenda
    others: Callable[[Phone], Iterable[Phone]]
    busy: bool = False
    last_ns: int | None = None
    present: dict[bytes, _Presence] = field(default_factory=dict)

    def reset(self) -> None:
        """Nobody was ever here."""
        self.present.clear()
        self.last_ns = None

    def look(self, phone: Phone, block: Block) -> None:
        """A block has closed; act on what it proves."""
        key = phone.owner
        if key is None or self.busy:
            return
        blocks = phone.tracker.last(self.settings.n)
        coming = in_unlock_zone(blocks, self.settings)
        if coming.why_not:
            phone.approach.reject(coming.why_not)
        if coming.proved:
            self._at_a_handle(phone, key, coming.handle)
        elif phone.tracker.resting_inside():
            self._seen(key)
        elif has_left(blocks, self.settings).proved:
            self._gone(phone, key)
        elif block.place is not None and not block.place.zone.away:
            self._keep(key)

    # --- who is where ------------------------------------------------------------

    def _at_a_handle(self, phone: Phone, key: Key, handle: str) -> None:
        now_ns = self.clock.now_ns()
        here = self._still_here(key)
        if here is not None:
            here.near_ns = now_ns
            rested_s = (now_ns - here.since_ns) / 1e9
            if 0 < self.settings.auto_lock_s <= rested_s and now_ns >= here.lock_after_ns:
                self._lock(phone, key, handle, "it rests in the unlock zone")
            return
        if self._pausing(phone):
            return
        if self.body.is_unlocked(DOORS[0]):
            self._seen(key)
            return
        decision = self.judge(key, Purpose.UNLOCK)
        if not decision.allowed:
            phone.approach.note(f"not unlocked: {decision.explanation}")
            return
        self._seen(key)
        self._move(phone, key, handle, self._locks(handle), unlock=True)

    def _gone(self, phone: Phone, key: Key) -> None:
        here = self.present.get(key.key_id)
        if here is None or self.clock.now_ns() < here.lock_after_ns or self._pausing(phone):
            return
        handle = phone.tracker.last(1)[0].place
        if self._lock(phone, key, handle.handle if handle else "", "it has left"):
            del self.present[key.key_id]

    def _lock(self, phone: Phone, key: Key, handle: str, why: str) -> bool:
        """Lock, or say what speaks against it; whether the matter is settled."""
        if not any(self.body.is_unlocked(lock) for lock in CLOSURES):
            return True
        against = self._against_locking(phone, key)
        if against:
            phone.approach.note(f"not locked: {against}")
            retry_ns = self.clock.now_ns() + round(_RETRY_S * 1e9)
            self.present[key.key_id].lock_after_ns = retry_ns
            return False
        phone.approach.note(f"locked: {why}")
        self._move(phone, key, handle, CLOSURES, unlock=False)
        return True

    def _against_locking(self, phone: Phone, key: Key) -> str:
        for other in self.others(phone):
            owner = other.owner
            if owner is None:
                continue
            if other.tracker.resting_inside():
                return f"{owner.name} is inside"
            if (
                owner.key_id in self.present
                and not has_left(other.tracker.last(self.settings.n), self.settings).proved
            ):
                return f"{owner.name} is at the vehicle"
        decision = self.judge(key, Purpose.LOCK)
        return "" if decision.allowed else decision.explanation

    def _seen(self, key: Key) -> None:
        now_ns = self.clock.now_ns()
        here = self._still_here(key)
        if here is None:
            self.present[key.key_id] = _Presence(now_ns, now_ns)
        else:
            here.near_ns = now_ns

    def _keep(self, key: Key) -> None:
        """It is within the lock radius; whoever was at a handle has not left."""
        if (here := self._still_here(key)) is not None:
            here.near_ns = here.since_ns = self.clock.now_ns()

    def _still_here(self, key: Key) -> _Presence | None:
        here = self.present.get(key.key_id)
        if here is None or self.clock.now_ns() - here.near_ns > self.settings.rearm_s * 1e9:
            return None
        return here

    def _pausing(self, phone: Phone) -> bool:
        """Whether the last movement was too short a time ago."""
        if self.last_ns is None:
            return False
        pausing = self.clock.now_ns() - self.last_ns < self.settings.pause_s * 1e9
        if pausing:
            phone.approach.note(f"held back: {self.settings.pause_s:g} s between two movements")
        return pausing

    def moved_remotely(self, phone: Phone, key: Key, *, unlocked: bool | None) -> None:
        """A remote function has moved the locks: no passive movement undoes it.

        A key that stands at the vehicle does not unlock again by itself; one that unlocked from
        afar has not left.
        """
        self.last_ns = self.clock.now_ns()
        if unlocked is None:
            return
        last = phone.tracker.last(1)
        near = bool(last) and last[0].place is not None and not last[0].place.zone.away
        if near or not unlocked:
            self._seen(key)
        phone.approach.moved("by a remote function", unlocked=unlocked)

    # --- the locks ------------------------------------------------------------

    def _locks(self, handle: str) -> tuple[str, ...]:
        """All, or those of the side that was approached (facts 4.5)."""
        if self.body.unlock_scope is UnlockScope.ALL:
            return self.body.locks_to_open()
        return _SIDES[handle]

    def _move(
        self, phone: Phone, key: Key, handle: str, locks: tuple[str, ...], *, unlock: bool
    ) -> None:
        timeline = Timeline(_on_the_way(phone.approach) if unlock else {})
        timeline.mark("decided", self.clock.now_ns())
        phone.approach.timeline.mark("decided" if unlock else "lock decided", self.clock.now_ns())
        self.busy = True

        def act() -> None:
            timeline.mark("commanded", self.body.command_locks(locks, unlock=unlock))
            timeline.mark("feedback", self.body.await_locks(locks, unlocked=unlock))

        def done(_nothing: None) -> None:
            self.busy = False
            self.last_ns = timeline.marks["feedback"]
            for name in ("commanded", "feedback"):
                mark = name if unlock else f"lock {name}"
                phone.approach.timeline.mark(mark, timeline.marks[name])
            phone.approach.moved("by ranging", unlocked=unlock)
            movement = Movement(
                unlock, timeline.marks["feedback"], key.name, handle, timeline, phone.approach
            )
            self.moved(key, movement)
            phone.tell_moved(unlocked=unlock)

        def failed(error: Exception) -> None:
            self.busy = False
            phone.failed(error, "unlocking" if unlock else "locking")

        self.duties.aside(act, done, failed, self.worker)


def _on_the_way(approach: Approach) -> dict[str, int]:
    """The marks up to where the locks move; those of an earlier movement are not of this one."""
    marks = approach.timeline.marks.items()
    return {name: t for name, t in marks if name.rpartition(" ")[2] not in _MOVING}
