"""How the chip answers each command (facts 1.3 to 1.5)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from drivers.sim.uwb_chip.sessions import ChipSession, complaint
from drivers.uwb.uci import ccc, control, core, session
from drivers.uwb.uci.app_config import Param, values_of
from drivers.uwb.uci.codes import DeviceState, SessionState, SessionType, Status
from drivers.uwb.uci.errors import BadField
from drivers.uwb.uci.opcodes import Message
from drivers.uwb.uci.tlv import TagStatus, Tlv

if TYPE_CHECKING:
    from drivers.sim.uwb_chip.chip import UwbChip

_VERSION, _TEST_VERSION = bytes.fromhex("0200"), bytes.fromhex("0110")  # as DWM3001CDK says
_KINDS = (SessionType.FIRA_RANGING, SessionType.CCC)
_MOST_SESSIONS = 5
_CAPABILITIES = (
    Tlv(0xA0, b"\x7f"),  # chaps
    Tlv(0xA1, b"\xff\xff\xff\xff"),  # SYNC codes
    Tlv(0xA2, b"\x1e"),  # hopping: none, continuous, adaptive; default sequence, no AES
    Tlv(0xA3, b"\x03"),  # channels 5 and 9
    Tlv(0xA4, b"\x01\x00"),
    Tlv(0xA5, b"\x00\x01"),
    Tlv(0xA6, bytes.fromhex("000102101112202122")),
    Tlv(0xA7, b"\x01"),
    Tlv(0xA8, bytes((_MOST_SESSIONS,))),
)

_FIRA1_CAPABILITIES = (Tlv(0x00, _VERSION),)  # pica says nothing of CCC (facts 3)


class Answering:
    """The commands a chip knows. ``answer`` is False for any other."""

    def __init__(self, chip: UwbChip) -> None:
        self._chip = chip
        self._by_command: dict[type[Message], Callable[[Any], None]] = {
            core.DeviceReset: self._reset,
            core.GetDeviceInfo: self._info,
            core.GetCapabilities: self._capabilities,
            core.QueryTimestamp: self._timestamp,
            session.SessionInit: self._init,
            session.SessionDeinit: self._deinit,
            session.SetAppConfig: self._configure,
            session.GetAppConfig: self._configuration,
            session.GetSessionCount: self._count,
            session.GetSessionState: self._state,
            control.SessionStart: self._start,
            control.SessionStop: self._stop,
            control.GetRangingCount: self._ranging_count,
            ccc.GetRanMultiplier: self._ran_multiplier,
        }

    def answer(self, command: Message) -> bool:
        """Obey a command and answer it; False when the chip does not know it."""
        known = self._by_command.get(type(command))
        silent = isinstance(command, core.QueryTimestamp) and not self._chip.profile.timestamps
        if known is None or silent:
            return False
        known(command)
        return True

    def _reset(self, _command: core.DeviceReset) -> None:
        self._chip.reset()
        self._chip.say(core.DeviceResetAnswer(Status.OK))
        self._chip.say(core.DeviceStatus(DeviceState.READY))

    def _info(self, _command: core.GetDeviceInfo) -> None:
        versions = (_VERSION, _VERSION, _VERSION, _TEST_VERSION)
        self._chip.say(core.DeviceInfo(Status.OK, *versions, b"Digital Key Rig"))

    def _capabilities(self, _command: core.GetCapabilities) -> None:
        fira1 = self._chip.profile.numbering == "fira1"
        said = _FIRA1_CAPABILITIES if fira1 else _CAPABILITIES
        self._chip.say(core.Capabilities(Status.OK, said))

    def _timestamp(self, _command: core.QueryTimestamp) -> None:
        self._chip.say(core.Timestamp(Status.OK, self._chip.time_us))

    def _init(self, command: session.SessionInit) -> None:
        chip = self._chip
        status = Status.OK
        if command.kind not in _KINDS:
            status = Status.INVALID_PARAM
        elif any(s.session_id == command.session_id for s in chip.sessions.values()):
            status = Status.SESSION_DUPLICATE
        elif len(chip.sessions) >= _MOST_SESSIONS:
            status = Status.MAX_SESSIONS_EXCEEDED
        if status:
            chip.say(session.SessionInitAnswer(status))
            return
        made = chip.new_session(command.session_id, command.kind)
        chip.say(session.SessionInitAnswer(status, made.token if chip.profile.handles else None))
        chip.turn(made, SessionState.INIT)

    def _deinit(self, command: session.SessionDeinit) -> None:
        found = self._chip.session(command.token)
        self._chip.say(session.SessionDeinitAnswer(_there(found)))
        if found is not None:
            self._chip.turn(found, SessionState.DEINIT)
            del self._chip.sessions[found.token]

    def _configure(self, command: session.SetAppConfig) -> None:
        found = self._chip.session(command.token)
        status = _there(found)
        refused: tuple[TagStatus, ...] = ()
        if found is not None and found.state == SessionState.ACTIVE:
            status = Status.SESSION_ACTIVE
        elif found is not None:
            status, refused = self._take(found, command.elements)
        self._chip.say(session.SetAppConfigAnswer(status, refused))
        ready = found is not None and not status and found.configured
        if found is not None and ready and found.state == SessionState.INIT:
            self._chip.turn(found, SessionState.IDLE)

    def _take(
        self, found: ChipSession, elements: tuple[Tlv, ...]
    ) -> tuple[Status, tuple[TagStatus, ...]]:
        profile = self._chip.profile
        try:
            values, unknown = values_of(elements, profile.slots)
        except BadField:
            return Status.INVALID_RANGE, ()
        wrong = [TagStatus(one.tag, Status.INVALID_PARAM) for one in unknown]
        merged = found.values | values
        if found.is_ccc and (param := complaint(found, merged, profile)) is not None:
            wrong.append(TagStatus(profile.slots[param].tag, Status.INVALID_RANGE))
        if wrong:
            return Status.INVALID_PARAM, tuple(wrong)
        found.values = merged
        return Status.OK, ()

    def _configuration(self, command: session.GetAppConfig) -> None:
        found = self._chip.session(command.token)
        if found is None:
            self._chip.say(session.GetAppConfigAnswer(Status.SESSION_NOT_EXIST, ()))
            return
        slots = self._chip.profile.slots
        values = dict(found.values)
        if found.state == SessionState.ACTIVE and found.last_sts:
            values[Param.LAST_STS_INDEX] = found.last_sts.to_bytes(4, "little")
        values.pop(Param.URSK, None)  # a key goes in and never comes out
        by_tag = {slots[param].tag: slots[param].element(v) for param, v in values.items()}
        elements = tuple(by_tag[tag] for tag in command.tags if tag in by_tag)
        status = Status.OK if len(elements) == len(command.tags) else Status.INVALID_PARAM
        self._chip.say(session.GetAppConfigAnswer(status, elements))

    def _count(self, _command: session.GetSessionCount) -> None:
        self._chip.say(session.SessionCount(Status.OK, len(self._chip.sessions)))

    def _state(self, command: session.GetSessionState) -> None:
        found = self._chip.session(command.token)
        state = SessionState.DEINIT if found is None else found.state
        self._chip.say(session.SessionStateAnswer(_there(found), state))

    def _start(self, command: control.SessionStart) -> None:
        chip, found = self._chip, self._chip.session(command.token)
        if found is None or found.state != SessionState.IDLE:
            chip.say(control.SessionStartAnswer(_not_startable(found)))
            return
        by_time0 = found.is_ccc and Param.CCC_TIME0_US in chip.profile.slots
        time0_us = found.number(Param.CCC_TIME0_US if by_time0 else Param.INITIATION_TIME)
        if time0_us and time0_us < chip.time_us:
            chip.say(control.SessionStartAnswer(Status.INITIATION_TIME_TOO_OLD))
            return
        found.start_ns = chip.oscillator.at_ns(time0_us) if time0_us else chip.now_ns
        found.block = 0
        chip.say(control.SessionStartAnswer(Status.OK))
        chip.turn(found, SessionState.ACTIVE)

    def _stop(self, command: control.SessionStop) -> None:
        found = self._chip.session(command.token)
        active = found is not None and found.state == SessionState.ACTIVE
        status = _there(found) if active or found is None else Status.REJECTED
        self._chip.say(control.SessionStopAnswer(status))
        if found is not None and active:
            self._chip.turn(found, SessionState.IDLE)

    def _ranging_count(self, command: control.GetRangingCount) -> None:
        found = self._chip.session(command.token)
        self._chip.say(control.RangingCount(_there(found), found.measured if found else 0))

    def _ran_multiplier(self, command: ccc.GetRanMultiplier) -> None:
        found = self._chip.session(command.token)
        self._chip.say(ccc.RanMultiplier(_there(found), min(5, len(self._chip.sessions))))


def _there(found: ChipSession | None) -> Status:
    return Status.SESSION_NOT_EXIST if found is None else Status.OK


def _not_startable(found: ChipSession | None) -> Status:
    if found is None:
        return Status.SESSION_NOT_EXIST
    return (
        Status.SESSION_ACTIVE
        if found.state == SessionState.ACTIVE
        else (Status.SESSION_NOT_CONFIGURED)
    )
