"""Faults in everyday use: conditions that hold too long, too short or never."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from rig.digital_key import pairing
from rig.digital_key.certificates import key_of
from rig.digital_key.messages import Outcome
from rig.digital_key.spake2plus import Agreement
from rig.vehicle import policy, service
from rig.vehicle.body import Body
from rig.vehicle.keys import Key
from rig.vehicle.telematics import Telematics
from tests.runs.planted.replacing import replace_in

_against_key = policy._against_key  # noqa: SLF001
_set_locks = Body.set_locks


def _refuse_if(objects: Callable[[Key, datetime], bool]) -> None:
    def against(key: Key, purpose: Any, now: datetime) -> Any:
        if objects(key, now):
            return policy._no(Outcome.KEY_NOT_TRUSTED, "planted")  # noqa: SLF001
        return _against_key(key, purpose, now)

    replace_in(policy, "_against_key", against)


def let_a_key_end_after_half_an_hour() -> None:
    first: dict[bytes, datetime] = {}
    _refuse_if(lambda key, now: now - first.setdefault(key.slot, now) > timedelta(minutes=30))
    enrol = Telematics.paired

    def enrolled(self: Telematics, key: Key) -> Key:
        first[key.slot] = self._clock.utc()
        return enrol(self, key)

    replace_in(Telematics, "paired", enrolled)


def need_the_back_end_for_each_use() -> None:
    lines: list[Telematics] = []
    made = Telematics.__init__

    def noted(self: Telematics, *args: Any, **kwargs: Any) -> None:
        made(self, *args, **kwargs)
        lines.append(self)

    replace_in(Telematics, "__init__", noted)
    _refuse_if(lambda _key, _now: not all(line.online for line in lines))


def leave_the_driver_door_unlocked() -> None:
    def all_but_one(self: Body, *, unlock: bool) -> int:
        done = _set_locks(self, unlock=unlock)
        if not unlock:
            self.command_locks(("driver",), unlock=True)
            self.await_locks(("driver",), unlocked=True)
        return done

    replace_in(Body, "set_locks", all_but_one)


def accept_any_token() -> None:
    replace_in(service, "_token_matches", lambda _key, _found: True)


def accept_any_maker_of_devices() -> None:
    replace_in(pairing, "verify_chain", lambda chain, _roots, _at: key_of(chain[0]))


def accept_any_evidence() -> None:
    replace_in(Agreement, "confirm", lambda self, _evidence: self._secret)


CAUGHT_BY: dict[Callable[[], None], str] = {
    let_a_key_end_after_half_an_hour: "after_parking or reserve_unlocks or recharged",
    need_the_back_end_for_each_use: "without_back_end",
    leave_the_driver_door_unlocked: "once_the_battery_is_empty or was_switched_off",
    accept_any_token: "return_its_token or token_of_another",
    accept_any_maker_of_devices: "no_maker_of_devices",
    accept_any_evidence: "replayed_under or (altered_pairing and evidence and device)",
}
