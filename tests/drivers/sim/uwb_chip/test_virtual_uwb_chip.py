"""The virtual chip by its bytes alone: flow, refusals, and CCC's arithmetic."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from drivers.sim.uwb_channel import UwbChannel
from drivers.sim.uwb_chip.chip import UwbChip
from drivers.sim.uwb_chip.framing import pnp
from drivers.sim.uwb_chip.scene import standing_at
from drivers.sim.uwb_chip.sessions import hop_round
from drivers.uwb.uci import ccc, control, core, session
from drivers.uwb.uci.app_config import SLOTS, Param, elements_of
from drivers.uwb.uci.codes import DeviceState, SessionState, SessionType, Status
from drivers.uwb.uci.header import LengthForm
from drivers.uwb.uci.messages import decoder, encode
from drivers.uwb.uci.opcodes import Message
from drivers.uwb.uci.profiles import GENERIC, NXP, PICA, Profile
from drivers.uwb.uci.stream import FrameStream
from drivers.uwb.uci.two_way import SessionInfo

MS = 1_000_000
CCC_VALUES: dict[Param, int | bytes] = {
    Param.URSK: bytes(range(32)),
    Param.STS_INDEX: 100,
    Param.RANGING_INTERVAL_MS: 96,
    Param.SLOT_DURATION_RSTU: 2400,
    Param.SLOTS_PER_ROUND: 12,
    Param.NUMBER_OF_CONTROLEES: 4,
    Param.RESPONDER_SLOT_INDEX: 0,
    Param.PREAMBLE_CODE: 9,
}
FIRA_VALUES: dict[Param, int | bytes] = {
    Param.DEVICE_TYPE: 1,
    Param.DEVICE_ROLE: 1,
    Param.MULTI_NODE_MODE: 0,
    Param.NUMBER_OF_CONTROLEES: 1,
    Param.DEVICE_ADDRESS: b"\1\0",
    Param.PEER_ADDRESSES: b"\2\0",
}


class Talk:
    """Messages to a chip and from it, with the time in hand."""

    def __init__(self, profile: Profile = GENERIC) -> None:
        self.chip = UwbChip(profile, standing_at(2.0), UwbChannel(1), now_ns=0)
        self._stream = FrameStream(LengthForm.OCTET)
        self._decode = decoder(profile.vendor)

    def say(self, message: Message, at_ns: int = 0) -> list[Message]:
        return self.say_bytes(encode(message).segments(LengthForm.OCTET)[0], at_ns)

    def say_bytes(self, data: bytes, at_ns: int = 0) -> list[Message]:
        return self._heard(self.chip.hear(data, at_ns))

    def run(self, until_ns: int) -> list[Message]:
        return self._heard(self.chip.run(until_ns))

    def ready(self, kind: int, values: dict[Param, int | bytes]) -> int:
        """Make a session and configure it; its token."""
        (answer, _) = self.say(session.SessionInit(7, kind))
        assert isinstance(answer, session.SessionInitAnswer)
        token = 7 if answer.handle is None else answer.handle
        said = self.say(session.SetAppConfig(token, elements_of(values, SLOTS)))
        assert said == [
            session.SetAppConfigAnswer(Status.OK, ()),
            session.SessionStatus(token, SessionState.IDLE, 0),
        ]
        return token

    def _heard(self, data: bytes) -> list[Message]:
        return [self._decode(header.opcode, part) for header, part in self._stream.feed(data)]


def test_a_reset_is_answered_and_followed_by_ready() -> None:
    said = Talk().say(core.DeviceReset())
    assert said == [core.DeviceResetAnswer(Status.OK), core.DeviceStatus(DeviceState.READY)]


REFUSED = {
    "an empty reset": ("20 00 00 00", "40 00 00 01 03"),
    "an opcode nobody knows": ("20 3f 00 00", "40 3f 00 01 08"),
    "a vendor's calibration": ("2f 21 00 00", "4f 21 00 01 08"),
    "half a session id": ("21 00 00 02 0100", "41 00 00 01 03"),
    "suspend": ("20 06 00 00", "40 06 00 01 08"),
}


@pytest.mark.parametrize(("command", "answer"), REFUSED.values(), ids=REFUSED)
def test_it_is_refused_as_the_real_ones_do(command: str, answer: str) -> None:
    chip = Talk().chip
    assert chip.hear(bytes.fromhex(command), 0) == bytes.fromhex(answer)


def test_a_session_goes_through_its_states_and_takes_the_device_with_it() -> None:
    talk = Talk()
    token = talk.ready(SessionType.FIRA_RANGING, FIRA_VALUES)
    assert talk.say(control.SessionStart(token)) == [
        control.SessionStartAnswer(Status.OK),
        session.SessionStatus(token, SessionState.ACTIVE, 0),
        core.DeviceStatus(DeviceState.ACTIVE),
    ]
    assert talk.say(control.SessionStop(token)) == [
        control.SessionStopAnswer(Status.OK),
        session.SessionStatus(token, SessionState.IDLE, 0),
        core.DeviceStatus(DeviceState.READY),
    ]
    assert talk.say(session.SessionDeinit(token)) == [
        session.SessionDeinitAnswer(Status.OK),
        session.SessionStatus(token, SessionState.DEINIT, 0),
    ]
    assert talk.say(session.GetSessionCount()) == [session.SessionCount(Status.OK, 0)]


def test_an_unconfigured_session_does_not_start() -> None:
    talk = Talk(PICA)
    talk.say(session.SessionInit(7, 0))
    assert talk.say(control.SessionStart(7)) == [control.SessionStartAnswer(0x15)]


def test_where_there_is_a_handle_the_id_is_not_known() -> None:
    talk = Talk()
    talk.ready(SessionType.FIRA_RANGING, FIRA_VALUES)
    assert talk.say(control.SessionStart(7)) == [control.SessionStartAnswer(0x11)]


def test_blocks_come_when_they_are_due_and_not_before() -> None:
    talk = Talk()
    token = talk.ready(SessionType.CCC, CCC_VALUES)
    talk.say(control.SessionStart(token), at_ns=5 * MS)
    assert talk.chip.due_ns == 5 * MS
    assert len(talk.run(5 * MS)) == 1
    assert talk.chip.due_ns == 101 * MS
    assert talk.run(100 * MS) == []
    assert len(talk.run(300 * MS)) == 3
    assert talk.say(control.GetRangingCount(token), 300 * MS) == [control.RangingCount(0, 4)]


def test_a_session_waits_for_its_time0_and_refuses_one_that_has_passed() -> None:
    talk = Talk()
    token = talk.ready(SessionType.CCC, {**CCC_VALUES, Param.CCC_TIME0_US: 50_000})
    assert talk.say(control.SessionStart(token), 60 * MS) == [control.SessionStartAnswer(0x1A)]
    talk = Talk()
    token = talk.ready(SessionType.CCC, {**CCC_VALUES, Param.CCC_TIME0_US: 50_000})
    talk.say(control.SessionStart(token), 10 * MS)
    assert talk.chip.due_ns == 50 * MS
    assert talk.say(core.QueryTimestamp(), 20 * MS) == [core.Timestamp(0, 20_000)]


def test_the_sts_index_is_that_of_final_data() -> None:
    talk = Talk()
    token = talk.ready(SessionType.CCC, CCC_VALUES)
    talk.say(control.SessionStart(token))
    found = [m for m in talk.run(200 * MS) if isinstance(m, ccc.CccRange)]
    # 6 chaps and 12 slots make rounds of 24 ms, 4 in a block: 48 slots from block to block.
    assert [m.sts_index for m in found] == [100 + 48 * k + 1 + 1 + 4 for k in range(3)]
    wanted = session.GetAppConfig(token, (0xA8,))
    (answer,) = talk.say(wanted, 200 * MS)
    assert isinstance(answer, session.GetAppConfigAnswer)
    assert answer.elements[0].value == found[-1].sts_index.to_bytes(4, "little")


def test_a_key_goes_in_and_does_not_come_out() -> None:
    talk = Talk()
    token = talk.ready(SessionType.CCC, CCC_VALUES)
    (answer,) = talk.say(session.GetAppConfig(token, (0xAA, 0x04)))
    assert isinstance(answer, session.GetAppConfigAnswer)
    assert answer.status == Status.INVALID_PARAM
    assert not answer.elements


def test_the_default_hopping_sequence_visits_all_rounds() -> None:
    rounds = [hop_round(block, 0x1234, 8) for block in range(200)]
    assert set(rounds) == set(range(8))
    assert rounds[:3] == [((block + 0x1234) ** 2 % 65521) * 8 >> 16 for block in range(3)]


IMPOSSIBLE: dict[str, tuple[Param, int]] = {
    "a slot of 5 chaps": (Param.SLOT_DURATION_RSTU, 2000),
    "7 slots": (Param.SLOTS_PER_ROUND, 7),
    "fewer slots than responders need": (Param.SLOTS_PER_ROUND, 6),
    "an interval off the grid": (Param.RANGING_INTERVAL_MS, 100),
    "SYNC code 0": (Param.PREAMBLE_CODE, 0),
    "channel 6": (Param.CHANNEL, 6),
    "AES hopping": (Param.HOPPING_MODE, 5),
}


@pytest.mark.parametrize(("param", "value"), IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_a_ccc_session_off_the_grid_is_refused_by_its_tag(param: Param, value: int) -> None:
    talk = Talk(PICA)
    talk.say(session.SessionInit(7, SessionType.CCC))
    elements = elements_of({**CCC_VALUES, param: value}, SLOTS)
    (answer,) = talk.say(session.SetAppConfig(7, elements))
    assert isinstance(answer, session.SetAppConfigAnswer)
    assert answer.status == Status.INVALID_PARAM
    assert [one.tag for one in answer.elements] == [SLOTS[param].tag]


def test_a_session_that_has_measured_enough_stops_by_itself() -> None:
    talk = Talk()
    token = talk.ready(SessionType.FIRA_RANGING, {**FIRA_VALUES, Param.MAX_MEASUREMENTS: 2})
    talk.say(control.SessionStart(token))
    *infos, status, device = talk.run(10_000 * MS)
    assert len(infos) == 2
    assert status == session.SessionStatus(token, SessionState.IDLE, 2)
    assert device == core.DeviceStatus(DeviceState.READY)


def test_notifications_can_be_turned_off() -> None:
    talk = Talk()
    token = talk.ready(SessionType.FIRA_RANGING, {**FIRA_VALUES, Param.INFO_NOTIFICATION: 0})
    talk.say(control.SessionStart(token))
    assert talk.run(1000 * MS) == []


def test_many_peers_make_a_notification_in_segments() -> None:
    talk = Talk()
    peers = b"".join(n.to_bytes(2, "little") for n in range(1, 11))
    values: dict[Param, int | bytes] = {**FIRA_VALUES, Param.PEER_ADDRESSES: peers}
    token = talk.ready(SessionType.FIRA_RANGING, values)
    talk.say(control.SessionStart(token))
    wire = talk.chip.run(0)
    assert (wire[:4].hex(), wire[259:263].hex()) == ("720000ff", "62000050")
    info = SessionInfo.decode(wire[4:259] + wire[263:])
    assert [one.address for one in info.measurements] == list(range(1, 11))


def test_nxp_asks_for_repetition_by_an_error_of_its_own() -> None:
    chip = UwbChip(NXP, standing_at(1.0), UwbChannel(), 0)
    chip.asks_to_retry = 1
    command = bytes.fromhex("20 00 00 01 00")
    assert chip.hear(command, 0) == bytes.fromhex("60 07 00 01 0a")
    assert chip.hear(command, 0)[:5] == bytes.fromhex("40 00 00 01 00")


def test_a_pnp_board_takes_uci_out_of_its_frames_however_they_arrive() -> None:
    wrapped = bytes.fromhex("00 0d 0000 01 0005 2000000100 07 0001 ff 01 0004 20020000")
    expected = bytes.fromhex("2000000100 20020000")
    unwraps: list[Callable[[bytes], bytes]] = [pnp(), pnp()]
    assert unwraps[0](wrapped) == expected
    assert b"".join(unwraps[1](bytes((octet,))) for octet in wrapped) == expected
