"""Remote functions (RKE): the phone asks, proves its key, hears what came of it (facts 5.2).

Central locking moves the locks, the trunk springs open; nobody on this bench moves windows.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rig.digital_key.ble_messages import (
    LOCK,
    TRUNK_OPEN,
    UNLOCK,
    Event,
    RemoteFunction,
    RemoteStatus,
    RkeAuthRequest,
    RkeAuthResponse,
    remote_request_of,
    remote_signed_data,
    remote_status,
)
from rig.digital_key.errors import BadSignature, Malformed
from rig.digital_key.profiles import Purpose
from rig.digital_key.settings import Settings
from rig.vehicle.keys import Key
from rig.vehicle.passive.dialogue import Dialogue, Silence, aside, ask
from rig.vehicle.wiring import CLOSURES

if TYPE_CHECKING:
    from rig.vehicle.passive.caller import Caller

_CHALLENGE = 16


@dataclass(frozen=True, slots=True)
class _Offered:
    """What the vehicle does for a function, and which right that needs."""

    purpose: Purpose
    act: Callable[[Caller], object]
    unlocks: bool | None  # None: the locks stay as they are


def serve(caller: Caller, event: Event) -> Dialogue[None]:
    """One remote function, from its request to the report of its execution."""
    try:
        asked = remote_request_of(event)
    except Malformed as exc:
        caller.approach.reject("malformed remote function")
        caller.approach.note(str(exc))
        return
    status = yield from _execute(caller, asked)
    function, action = asked
    done = status.name.lower().replace("_", " ")
    caller.approach.note(f"remote function {function:04X}, action {action}: {done}")
    settings = caller.station.service.vehicle.settings
    caller.phone.tell(remote_status(function, action, status, settings))


def locks_moved(settings: Settings, *, unlocked: bool) -> Event:
    """What every phone is told when the locks have moved."""
    action = UNLOCK if unlocked else LOCK
    return remote_status(RemoteFunction.CENTRAL_LOCKING, action, RemoteStatus.OK, settings)


def _execute(caller: Caller, asked: tuple[int, int]) -> Dialogue[RemoteStatus]:
    key, station = caller.owner, caller.station
    if key is None:
        return RemoteStatus.AUTHENTICATION_ERROR
    challenge = os.urandom(_CHALLENGE)
    try:
        answer = yield from ask(
            RkeAuthRequest(challenge), RkeAuthResponse, station.settings.answer_s
        )
    except Silence:
        caller.approach.reject("remote function: no signature")
        return RemoteStatus.DEVICE_TIMEOUT
    try:
        key.public.verify(answer.signature, remote_signed_data(challenge, *asked))
    except BadSignature:
        caller.approach.reject("remote function: bad signature")
        return RemoteStatus.AUTHENTICATION_ERROR
    return (yield from _act(caller, key, _OFFERED.get(asked)))


def _act(caller: Caller, key: Key, offered: _Offered | None) -> Dialogue[RemoteStatus]:
    keeper = caller.station.doorkeeper
    if offered is None or keeper.busy:
        return RemoteStatus.NOT_POSSIBLE
    decision = caller.station.service.judge(key, offered.purpose)
    if not decision.allowed:
        caller.approach.note(f"remote function refused: {decision.explanation}")
        return RemoteStatus.NOT_POSSIBLE
    keeper.busy = True
    try:
        yield from aside(lambda: offered.act(caller), keeper.worker)
    finally:
        keeper.busy = False
    keeper.moved_remotely(caller, key, unlocked=offered.unlocks)
    caller.station.service.used(key)
    return RemoteStatus.OK


def _move_locks(*, unlock: bool) -> Callable[[Caller], object]:
    def move(caller: Caller) -> None:
        body = caller.station.service.body
        locks = body.locks_to_open() if unlock else CLOSURES
        body.command_locks(locks, unlock=unlock)
        body.await_locks(locks, unlocked=unlock)

    return move


_lock, _unlock = _move_locks(unlock=False), _move_locks(unlock=True)
_OFFERED: dict[tuple[int, int], _Offered] = {
    (RemoteFunction.CENTRAL_LOCKING, LOCK): _Offered(Purpose.LOCK, _lock, False),
    (RemoteFunction.CENTRAL_LOCKING, UNLOCK): _Offered(Purpose.UNLOCK, _unlock, True),
    (RemoteFunction.TRUNK, TRUNK_OPEN): _Offered(
        Purpose.UNLOCK, lambda caller: caller.station.service.body.release_trunk(), None
    ),
}
