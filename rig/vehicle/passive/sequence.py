"""From an encrypted channel to ranges, in the order of the wire (facts 5.3)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from drivers.api.errors import DeviceRefused, LinkLost, LinkTimeout
from drivers.api.uwb import Hopping
from rig.digital_key.ble_messages import (
    EVENT_COUNT_UNKNOWN,
    RangingCapabilityRequest,
    RangingCapabilityResponse,
    RangingSessionResponse,
    RangingSetupResponse,
    RangingStatus,
    RecoveryRequest,
    RecoveryResponse,
    SuspendRequest,
    SuspendResponse,
    SuspendStatus,
    TimeSync,
)
from rig.digital_key.errors import DigitalKeyError
from rig.digital_key.ranging_negotiation import (
    Negotiated,
    Wishes,
    accept,
    negotiate,
    session_request,
)
from rig.digital_key.ranging_time import DeviceClock
from rig.vehicle.passive.approach import PhoneGone
from rig.vehicle.passive.dialogue import (
    Declined,
    Dialogue,
    Happen,
    Silence,
    ask,
    happening,
    pause,
)
from rig.vehicle.passive.proving import prove
from rig.vehicle.passive.rangers import Agreed
from rig.vehicle.ranging_keys import RangingKey

if TYPE_CHECKING:
    from rig.vehicle.passive.caller import Caller

_PAST_S = 1.0  # by so much Time0 may be past, on a slow link; ranging then begins anew
CAN = RangingCapabilityRequest(versions=(0x0100,), configs=(0,), combos=b"\x00")
"""What the vehicle can do: configuration 0 is the one that both sides have to know (C9)."""

_STARTS_S = 10.0  # all anchors together, with room for a kit that has to be found again


class TooLate(DigitalKeyError):
    """What the phone agreed to had begun before the vehicle heard of it."""


def serve(caller: Caller) -> Dialogue[None]:
    """All of it, for the phone of a key that is known."""
    key = caller.owner
    if key is None:
        return
    fresh = key.ranging is None or key.ranging.expired(caller.station.clock.utc())
    if fresh:
        yield from prove(caller, first=False)
    answer_s = caller.station.settings.answer_s
    caller.capability = yield from ask(CAN, RangingCapabilityResponse, answer_s)
    yield from synchronised(caller)
    try:
        yield from set_up(caller)
    except Declined as exc:
        if exc.event.code != RangingStatus.URSK_NOT_FOUND or fresh:
            raise
        caller.approach.reject("the phone has no such URSK")
        key.ranging = None
        yield from prove(caller, first=False)
        yield from set_up(caller)


def refresh(caller: Caller) -> Dialogue[None]:
    """Derive a new URSK and range with it."""
    caller.rangers.stop()
    yield from prove(caller, first=False)
    if caller.capability is None:
        caller.capability = yield from ask(
            CAN,
            RangingCapabilityResponse,
            caller.station.settings.answer_s,
        )
    yield from synchronised(caller)
    yield from set_up(caller)


def again(caller: Caller) -> Dialogue[None]:
    """Range on in the same session, from a later block on (recovery)."""
    agreed, settings = caller.agreed, caller.station.settings
    if agreed is None:
        return
    caller.rangers.stop()
    answer = yield from ask(RecoveryRequest(agreed.session_id), RecoveryResponse, settings.answer_s)
    time0_ns = _time0_ns(caller, answer.time0_us)
    caller.agreed = replace(agreed, sts_index0=answer.sts_index0, time0_ns=time0_ns)
    yield from _start(caller, caller.agreed)


def resynchronised(caller: Caller) -> Dialogue[None]:
    """Range on in the same session after a fresh look at the phone's clock (Procedure 1)."""
    caller.rangers.stop()
    _trigger_time_sync(caller)
    yield from synchronised(caller)
    yield from again(caller)


def suspended(caller: Caller) -> Dialogue[None]:
    """Ask the phone to pause ranging, and stop the anchors once it agrees."""
    agreed, settings = caller.agreed, caller.station.settings
    if agreed is None or not caller.rangers.running:
        return
    for _ in range(settings.time_syncs_most):
        answer = yield from ask(
            SuspendRequest(agreed.session_id), SuspendResponse, settings.answer_s
        )
        if answer.status == SuspendStatus.ACCEPTED:
            caller.rangers.stop()
            caller.approach.note("suspended by the vehicle")
            return
        yield from pause(agreed.grid.block_ns / 1e9)  # the phone says: later
    caller.approach.note("the phone does not suspend")


def synchronised(caller: Caller) -> Dialogue[TimeSync]:
    """The phone's clock against ours: its own Time_Sync, or one that the vehicle triggers."""
    settings = caller.station.settings
    for _ in range(settings.time_syncs_most):
        if caller.sync is None:
            try:
                yield from happening(("time sync",), settings.time_sync_s)
            except Silence as exc:
                caller.approach.note(f"Procedure 1 of Time_Sync: {exc}")
        sync = caller.sync
        if sync is not None and sync.success and _event_ns(caller, sync) is not None:
            return sync
        if sync is not None:
            caller.approach.reject("Time_Sync without success")
            yield from pause(sync.retry_delay / 1e3)
        _trigger_time_sync(caller)
    yield from happening(("time sync",), settings.time_sync_s)
    if caller.sync is None or not caller.sync.success:
        raise Silence("Time_Sync that succeeds", settings.time_sync_s)
    return caller.sync


def _trigger_time_sync(caller: Caller) -> None:
    """Have the phone tell the time of an event that is now (Procedure 1)."""
    caller.sync = caller.phy_ns = None
    try:
        caller.phone.link.trigger_time_sync()
    except LinkLost as exc:
        raise PhoneGone(str(exc)) from exc


def set_up(caller: Caller) -> Dialogue[None]:
    """Ranging_Session and its set-up, then the anchors."""
    key, capability = caller.owner, caller.capability
    if key is None or key.ranging is None or capability is None:
        return
    settings = caller.station.settings
    request = session_request(CAN, capability, key.ranging.session_id, Wishes(0).channels)
    offered = yield from ask(request, RangingSessionResponse, settings.answer_s)
    wishes = Wishes(
        len(caller.station.desks), settings.ran_multiplier, slots_per_round=settings.slots_per_round
    )
    chosen = negotiate(offered, wishes)
    answer = yield from ask(chosen.request, RangingSetupResponse, settings.answer_s)
    accept(chosen, answer)
    caller.approach.timeline.mark("set_up", caller.station.clock.now_ns())
    caller.agreed = _agreed(caller, key.ranging, chosen, answer)
    yield from _start(caller, caller.agreed)


def _agreed(
    caller: Caller,
    ranging: RangingKey,
    chosen: Negotiated,
    answer: RangingSetupResponse,
) -> Agreed:
    capability, request = caller.capability, chosen.request
    assert capability is not None  # noqa: S101 - set_up has asked for it
    return Agreed(
        session_id=ranging.session_id,
        ursk=ranging.ursk,
        sts_index0=answer.sts_index0,
        time0_ns=_time0_ns(caller, answer.time0_us),
        ran_multiplier=request.ran_multiplier,
        chaps_per_slot=request.chaps,
        slots_per_round=request.slots_per_round,
        sync_code=answer.sync_code,
        channel=chosen.channel,
        hopping=Hopping[chosen.hop.name],
        hop_key=answer.hop_key.to_bytes(4, "little"),
        config_id=capability.config,
        pulse_combo=capability.combo,
        version=capability.version,
        ursk_ttl_min=caller.station.settings.ursk_life_min,
    )


def _start(caller: Caller, agreed: Agreed) -> Dialogue[None]:
    """Start the anchors; one that finds Time0 past already asks for a later one, once."""
    outcome: list[Exception | None] = []

    def done(error: Exception | None) -> None:
        outcome.append(error)
        caller.phone.happened("anchors started")

    caller.rangers.start(agreed, done)
    if not outcome:
        try:
            yield Happen(("anchors started",), _STARTS_S)
        except Silence as exc:
            raise LinkTimeout(f"not all anchors started within {_STARTS_S:g} s") from exc
    error = outcome[0]
    if isinstance(error, DeviceRefused) and error.code == _TOO_OLD:
        if caller.late:
            raise TooLate("Time0 was past once more: the link is too slow, or a relay's")
        caller.late = True
        caller.approach.note("Time0 was past when an anchor was started")
        yield from again(caller)
    elif error is not None:
        raise error


_TOO_OLD = 0x1A  # ERROR_INITIATION_TIME_TOO_OLD (facts 1.4)


def _event_ns(caller: Caller, sync: TimeSync) -> int | None:
    """When the event happened that a Time_Sync speaks of, by our clock; None: not known."""
    if sync.event_count == EVENT_COUNT_UNKNOWN:
        return None
    return caller.connected_ns if sync.event_count == 0 else caller.phy_ns


def _time0_ns(caller: Caller, device_us: int) -> int:
    """When ranging begins, by our clock. Raises TooLate where that is long past: a replay."""
    time0_ns = _on_our_clock(caller, device_us)
    behind_s = (caller.station.clock.now_ns() - time0_ns) / 1e9
    if behind_s > _PAST_S:
        caller.approach.reject("replayed: Time0 is long past")
        raise TooLate(f"Time0 was {behind_s:.1f} s ago: of an earlier connection")
    return time0_ns


def _on_our_clock(caller: Caller, device_us: int) -> int:
    sync = caller.sync
    event_ns = None if sync is None else _event_ns(caller, sync)
    assert sync is not None  # noqa: S101 - synchronised() came before
    assert event_ns is not None  # noqa: S101 - likewise
    moment = DeviceClock(sync, event_ns).on_vehicle(device_us)
    caller.approach.note(f"Time0 known within {moment.within_ns / 1e6:.1f} ms")
    return moment.t_ns
