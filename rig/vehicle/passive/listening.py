"""What a phone says without being asked: who may say what, and what comes of it (facts 5.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rig.digital_key.ble_messages import (
    CommandComplete,
    DkMessage,
    Event,
    EventCategory,
    FirstApproachRequest,
    RangingStatus,
    SuspendRequest,
    SuspendResponse,
    SuspendStatus,
    TimeSync,
)
from rig.vehicle.passive import remote_functions
from rig.vehicle.passive.dialogue import Declined
from rig.vehicle.passive.first_approach import first_approach
from rig.vehicle.passive.sequence import refresh

if TYPE_CHECKING:
    from rig.vehicle.passive.caller import Caller

SERVING, FIRST, REMOTE = "ranging set-up", "first approach", "remote function"
_SAYS_NO = 0x80  # Command_Complete codes from here on are refusals
_PAIRING_NO = (
    CommandComplete.OOB_MISMATCH,
    CommandComplete.BLE_PAIRING_FAILED,
    CommandComplete.FA_CRYPTO_FAILED,
)
_RANGING_NO = (
    RangingStatus.URSK_NOT_FOUND,
    RangingStatus.SECURE_RANGING_FAILED,
    RangingStatus.RECOVERY_FAILED,
)


def spontaneous(caller: Caller, message: DkMessage, t_ns: int) -> bool:
    """Take a message that nobody waits for; no: it has no place here, or now."""
    if isinstance(message, FirstApproachRequest):
        return _first_approach(caller, message)
    if isinstance(message, TimeSync) and caller.phone.link.encrypted:
        caller.sync = message
        caller.approach.timeline.mark("time_sync", t_ns)
        caller.phone.happened("time sync")
        return True
    if caller.owner is None:
        return caller.phone.is_running(FIRST) and _pairing_failed(caller, message)
    if isinstance(message, SuspendRequest):
        return _suspended(caller, message)
    return isinstance(message, Event) and _event(caller, message)


def _first_approach(caller: Caller, message: FirstApproachRequest) -> bool:
    known = caller.phone.link.encrypted or caller.owner is not None
    if known or caller.phone.is_running(FIRST):
        return False
    caller.admitted()
    caller.phone.run(FIRST, first_approach(caller, message))
    return True


def _pairing_failed(caller: Caller, event: DkMessage) -> bool:
    """A refusal in the middle of first approach, whatever the vehicle waits for there."""
    if not isinstance(event, Event) or event.category != EventCategory.COMMAND_COMPLETE:
        return False
    if event.code not in _PAIRING_NO:
        return _completed(caller, event)
    caller.pairing_failed(f"the phone says: {CommandComplete(event.code).name}")
    return True


def _suspended(caller: Caller, message: SuspendRequest) -> bool:
    if not caller.rangers.running or caller.agreed is None:
        return False
    if message.session_id != caller.agreed.session_id:
        return False
    caller.rangers.stop()
    caller.approach.note("suspended by the phone")
    caller.phone.tell(SuspendResponse(SuspendStatus.ACCEPTED))
    return True


def _event(caller: Caller, event: Event) -> bool:
    if event.category == EventCategory.RKE_REQUEST:
        if caller.phone.is_running(REMOTE):
            return False
        caller.phone.run(REMOTE, remote_functions.serve(caller, event))
        return True
    if event.category == EventCategory.RANGING_STATUS:
        return _ranging_status(caller, event)
    if event.category == EventCategory.RANGING_INTENT:
        caller.approach.note(f"ranging intent {event.code}")
        return True
    return event.category == EventCategory.COMMAND_COMPLETE and _completed(caller, event)


def _completed(caller: Caller, event: Event) -> bool:
    code = event.code
    if code not in CommandComplete.__members__.values():
        return False
    if code == CommandComplete.REQUEST_STANDARD_TRANSACTION and caller.owner is not None:
        if not caller.serving:
            caller.phone.run(SERVING, refresh(caller))
        return True
    if code < _SAYS_NO:
        return True
    declined = Declined(event, CommandComplete(code).name)
    if not caller.phone.refuse(declined):
        caller.approach.note(str(declined))
    return True


def _ranging_status(caller: Caller, event: Event) -> bool:
    if event.code not in RangingStatus.__members__.values():
        return False
    status = RangingStatus(event.code)
    if status in _RANGING_NO and caller.phone.refuse(Declined(event, status.name)):
        return True
    if status is RangingStatus.URSK_REFRESH and not caller.serving:
        caller.phone.run(SERVING, refresh(caller))
    elif status in (*_RANGING_NO, RangingStatus.TERMINATED):
        caller.rangers.stop()
        caller.approach.note(f"the phone says: {status.name}")
    return True
