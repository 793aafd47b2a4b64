"""How the phone agrees with a vehicle on a ranging session (facts 5.2, messages 01 to 0A, 12, 13).

Capabilities first, then the session and its key, then its layout; the phone chooses where and when
it begins. Every request is answered, with an event where there is nothing else to say.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from drivers.sim.phone.wallet import HeldKey
from drivers.sim.phone_ble.blocks import Grid
from drivers.sim.phone_ble.inside import Inside
from drivers.sim.phone_ble.ranging import PhoneRanging
from rig.digital_key import ble_messages as dk

_HOPS = {dk.Hop.NONE: None, dk.Hop.ADAPTIVE: False, dk.Hop.CONTINUOUS: True}
_MODES = dk.Hop.NONE | dk.Hop.ADAPTIVE | dk.Hop.CONTINUOUS


@dataclass(frozen=True, slots=True)
class Abilities:
    """What the phone's UWB radio can do; a bit a choice where the message has bits."""

    versions: tuple[int, ...] = (0x0100,)
    configs: tuple[int, ...] = (0, 1)
    combos: bytes = bytes((0x00, 0x11))
    channels: int = dk.ChannelBit.CHANNEL_9
    channel: int = 9
    ran_multiplier: int = 1
    slots: int = 0x3F  # 3, 4, 6, 8, 9, 12 chaps
    sync_codes: int = 0x0F00  # 9 to 12
    hopping: int = _MODES | dk.Hop.DEFAULT_SEQUENCE


class Negotiation:
    """One connection's. ``answer`` is pure but for the session it begins and ends."""

    def __init__(self, inside: Inside, ranging: PhoneRanging, key: HeldKey) -> None:
        self._inside, self._ranging, self._key = inside, ranging, key
        self._can = Abilities()
        self._session_id: int | None = None

    def answer(self, request: dk.DkMessage) -> dk.DkMessage | None:
        """What is said to a request of this kind; None for any other message."""
        match request:
            case dk.RangingCapabilityRequest():
                return self._capability(request)
            case dk.RangingSessionRequest():
                return self._session(request)
            case dk.RangingSetupRequest():
                return self._setup(request)
            case dk.SuspendRequest():
                return self._suspend(request)
            case dk.RecoveryRequest() | dk.ConfigurableRecoveryRequest():
                return self._recovery(request)
        return None

    def _capability(self, request: dk.RangingCapabilityRequest) -> dk.DkMessage:
        version = max(set(request.versions) & set(self._can.versions), default=None)
        config = next((c for c in self._can.configs if c in request.configs), None)
        combo = next((c for c in self._can.combos if c in request.combos), None)
        if version is None or config is None or combo is None:
            return wrong_parameters()
        return dk.RangingCapabilityResponse(version=version, config=config, combo=combo)

    def _session(self, request: dk.RangingSessionRequest) -> dk.DkMessage:
        can = self._can
        if not request.channels & can.channels:
            return complete(dk.CommandComplete.UNSUPPORTED_CHANNEL)
        if request.version not in can.versions or request.config not in can.configs:
            return wrong_parameters()
        if request.combo not in can.combos:
            return wrong_parameters()
        if self._inside.ranging_keys.find(self._key.key_id, request.session_id) is None:
            return status(dk.RangingStatus.URSK_NOT_FOUND)
        self._session_id = request.session_id
        return dk.RangingSessionResponse(
            ran_multiplier=can.ran_multiplier,
            slots=can.slots,
            sync_codes=can.sync_codes,
            channel=can.channel,
            hopping=can.hopping,
        )

    def _setup(self, request: dk.RangingSetupRequest) -> dk.DkMessage:
        can, codes = self._can, request.sync_codes & self._can.sync_codes
        grid = self._grid(request)
        if self._session_id is None or grid is None or not codes:
            return wrong_parameters()
        if request.ran_multiplier < can.ran_multiplier:
            return wrong_parameters()
        key = self._inside.ranging_keys.find(self._key.key_id, self._session_id)
        if key is None:
            return status(dk.RangingStatus.URSK_NOT_FOUND)
        session = self._ranging.begin(key.session_id, key.ursk, key.until, grid, self._now_us())
        return dk.RangingSetupResponse(
            sts_index0=session.index0,
            time0_us=session.time0_us,
            hop_key=session.grid.hop_key,
            sync_code=(codes & -codes).bit_length(),
        )

    def _suspend(self, request: dk.SuspendRequest) -> dk.DkMessage:
        session = self._ranging.session
        if session is None or session.session_id != request.session_id:
            return wrong_parameters()
        self._ranging.suspend()
        return dk.SuspendResponse(status=dk.SuspendStatus.ACCEPTED)

    def _recovery(
        self, request: dk.RecoveryRequest | dk.ConfigurableRecoveryRequest
    ) -> dk.DkMessage:
        session = self._ranging.session
        if session is None or session.session_id != request.session_id:
            return status(dk.RangingStatus.RECOVERY_FAILED)
        grid, wished = session.grid, None
        if isinstance(request, dk.ConfigurableRecoveryRequest):
            wished = max(request.ran_multiplier, self._can.ran_multiplier)
            grid = replace(grid, ran_multiplier=wished)
        recovered = self._ranging.recover(grid, self._now_us())
        if recovered is None:
            return status(dk.RangingStatus.RECOVERY_FAILED)
        if wished is None:
            return dk.RecoveryResponse(recovered.index0, recovered.time0_us)
        return dk.ConfigurableRecoveryResponse(wished, recovered.index0, recovered.time0_us)

    def _grid(self, request: dk.RangingSetupRequest) -> Grid | None:
        """The layout that was asked for; None where this phone cannot do it."""
        mode = dk.Hop(request.hopping & _MODES)
        if mode not in _HOPS or request.hopping & dk.Hop.AES:
            return None
        bits = enumerate(dk.CHAPS_OF_SLOT_BIT)
        if request.chaps not in {chaps for bit, chaps in bits if self._can.slots >> bit & 1}:
            return None
        try:
            return Grid(
                ran_multiplier=request.ran_multiplier,
                chaps=request.chaps,
                slots=request.slots_per_round,
                responders=request.responders,
                hops=_HOPS[mode],
                hop_key=self._ranging.hop_key(),
                hop_modulus=self._inside.settings().hop_modulus,
            )
        except ValueError:
            return None

    def _now_us(self) -> float:
        return self._ranging.clock.us(self._inside.clock.now_ns())


def complete(code: dk.CommandComplete) -> dk.Event:
    """Event 01, Command_Complete."""
    return dk.Event(dk.EventCategory.COMMAND_COMPLETE, code)


def status(code: dk.RangingStatus) -> dk.Event:
    """Event 02, Ranging_Session_Status."""
    return dk.Event(dk.EventCategory.RANGING_STATUS, code)


def wrong_parameters() -> dk.Event:
    """What was asked for cannot be."""
    return complete(dk.CommandComplete.WRONG_PARAMETERS)
