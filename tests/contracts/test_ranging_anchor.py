"""What every ranging anchor keeps, whoever made it. A kit joins by its desk in DESKS."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace

import pytest

from drivers.api.errors import DeviceRefused, LinkLost, RangingEnded
from drivers.api.uwb import (
    CccSession,
    FiraSession,
    Hopping,
    Measurement,
    RangeStatus,
    RangingAnchor,
    RangingSession,
    Session,
)
from drivers.sim.uwb_chip.scene import Shot, Sight, standing_at
from drivers.uwb.uci.codes import Status
from tests.contracts.ranging_benches import DESKS, Desk

FIRA = FiraSession(session_id=7, address=1, peers=(2,))
CCC = CccSession(
    session_id=0x12345678,
    ursk=bytes(range(32)),
    sts_index0=0x075BCD15,
    time0_us=0,
    ran_multiplier=3,
    chaps_per_slot=3,
    slots_per_round=12,
    responders=8,
    responder_index=2,
    sync_code=9,
    hopping=Hopping.CONTINUOUS,
    hop_key=bytes.fromhex("4C5772BC"),
)
SESSIONS: dict[str, Session] = {"FiRa": FIRA, "CCC": CCC}
LONG_S = 30.0  # the longest block, and more


@pytest.fixture(params=DESKS)
def desk(request: pytest.FixtureRequest) -> Iterator[Desk]:
    with ExitStack() as stack:
        yield DESKS[request.param](stack)


@pytest.fixture
def anchor(desk: Desk) -> RangingAnchor:
    return desk.open_anchor()


def taken(ranging: RangingSession, count: int) -> list[Measurement]:
    found = []
    for _ in range(count):
        measurement = ranging.next(LONG_S)
        assert measurement is not None
        found.append(measurement)
    return found


def drain(ranging: RangingSession, into: list[Measurement]) -> None:
    """Take all there is, until the session says why there is no more."""
    while (one := ranging.next(LONG_S)) is not None:
        into.append(one)


@pytest.mark.parametrize("session", SESSIONS.values(), ids=SESSIONS)
def test_a_session_gives_every_block_in_order_with_rising_times(
    desk: Desk, anchor: RangingAnchor, session: Session
) -> None:
    before_ns = desk.clock.now_ns()
    found = taken(anchor.start(session), 60)
    assert [one.block for one in found] == list(range(60))
    stamps = [before_ns, *(one.t_ns for one in found), desk.clock.now_ns()]
    assert stamps == sorted(stamps)


@pytest.mark.parametrize("session", SESSIONS.values(), ids=SESSIONS)
def test_distances_are_those_of_the_scene_within_the_channels_errors(
    desk: Desk, anchor: RangingAnchor, session: Session
) -> None:
    desk.kit.scene = standing_at(5.0)
    good = [m for m in taken(anchor.start(session), 60) if m.status is RangeStatus.OK]
    assert len(good) > 50
    assert all(one.distance_m is not None and 4.7 < one.distance_m < 5.6 for one in good)


@pytest.mark.parametrize("session", SESSIONS.values(), ids=SESSIONS)
def test_a_peer_that_does_not_answer_is_measured_as_missing(
    desk: Desk, anchor: RangingAnchor, session: Session
) -> None:
    desk.kit.scene = lambda _shot: None
    for one in taken(anchor.start(session), 3):
        assert (one.status, one.distance_m) == (RangeStatus.NO_ANSWER, None)


@pytest.mark.parametrize("session", SESSIONS.values(), ids=SESSIONS)
def test_a_failed_secure_timestamp_is_told_apart(
    desk: Desk, anchor: RangingAnchor, session: Session
) -> None:
    desk.kit.scene = lambda _shot: Sight(1.0, status=Status.PHY_STS_FAILED)
    (one,) = taken(anchor.start(session), 1)
    assert (one.status, one.distance_m) == (RangeStatus.STS_FAILED, None)


def test_a_distance_below_zero_is_negative_and_marked(desk: Desk, anchor: RangingAnchor) -> None:
    desk.kit.scene = standing_at(-1.0)
    one = next(m for m in taken(anchor.start(FIRA), 20) if m.distance_m is not None)
    assert one.distance_m is not None
    assert one.distance_m < -0.5
    assert one.status is RangeStatus.NEGATIVE


def test_the_sts_index_grows_by_the_slots_of_a_block(desk: Desk, anchor: RangingAnchor) -> None:
    shots: list[Shot] = []

    def scene(shot: Shot) -> Sight:
        shots.append(shot)
        return Sight(2.0)

    desk.kit.scene = scene
    found = taken(anchor.start(replace(CCC, hopping=Hopping.NONE)), 5)
    indices = [one.sts_index for one in found]
    assert indices == [0x075BCD15 + 1 + 1 + 8 + k * CCC.sts_per_block for k in range(5)]
    assert CCC.sts_per_block == 24 * 12  # three times the 8 rounds of 12 slots
    assert shots[0].sts_index == indices[0]
    assert shots[0].ursk == CCC.ursk


def test_two_sessions_do_not_mix(desk: Desk, anchor: RangingAnchor) -> None:
    desk.kit.scene = lambda shot: Sight(2.0 if shot.session_id == 7 else 8.0)
    near, far = anchor.start(FIRA), anchor.start(CCC)
    for ranging, least, most in ((near, 1.5, 2.6), (far, 7.5, 9.0)):
        ranges = [one.distance_m for one in taken(ranging, 20) if one.distance_m is not None]
        assert ranges
        assert all(least < one < most for one in ranges)


def test_a_stopped_session_can_be_started_again(anchor: RangingAnchor) -> None:
    for _ in range(3):
        ranging = anchor.start(CCC)
        taken(ranging, 2)
        ranging.stop()
        ranging.stop()


def test_what_was_received_before_the_stop_can_still_be_taken(anchor: RangingAnchor) -> None:
    ranging = anchor.start(FIRA)
    taken(ranging, 5)
    ranging.stop()
    rest: list[Measurement] = []
    with pytest.raises(LinkLost, match="stopped"):
        drain(ranging, rest)
    assert [one.block for one in rest] == list(range(5, 5 + len(rest)))


def test_a_session_that_exists_is_refused_with_the_devices_code(anchor: RangingAnchor) -> None:
    anchor.start(FIRA)
    with pytest.raises(DeviceRefused, match=r"anchor: .*SESSION_DUPLICATE") as refused:
        anchor.start(FIRA)
    assert refused.value.code == Status.SESSION_DUPLICATE


IMPOSSIBLE = {
    "slots": replace(CCC, slots_per_round=8),  # 8 responders need 12
    "chaps": replace(CCC, chaps_per_slot=5),
    "sync code": replace(CCC, sync_code=33),
}


@pytest.mark.parametrize("session", IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_a_refused_configuration_leaves_no_session_behind(
    anchor: RangingAnchor, session: CccSession
) -> None:
    with pytest.raises(DeviceRefused):
        anchor.start(session)
    taken(anchor.start(CCC), 1)


def test_an_expired_key_ends_the_session_with_its_reason(anchor: RangingAnchor) -> None:
    ranging = anchor.start(replace(CCC, ran_multiplier=255, ursk_ttl_min=1))
    found: list[Measurement] = []
    with pytest.raises(RangingEnded, match=r"anchor: .*URSK expired"):
        drain(ranging, found)
    assert len(found) == 3  # blocks of 24.48 s in a minute
    ranging.stop()


def test_an_unplugged_anchor_gives_what_it_had_and_then_is_lost(
    desk: Desk, anchor: RangingAnchor
) -> None:
    ranging = anchor.start(FIRA)
    taken(ranging, 3)
    desk.kit.unplug()
    rest: list[Measurement] = []
    with pytest.raises(LinkLost, match=r"^anchor: "):
        drain(ranging, rest)
    assert [one.block for one in rest] == list(range(3, 3 + len(rest)))
    ranging.stop()
    with pytest.raises(LinkLost, match=r"^anchor: "):
        anchor.start(FIRA)


def test_an_anchor_that_was_plugged_in_again_works_again(desk: Desk, anchor: RangingAnchor) -> None:
    ranging = anchor.start(FIRA)
    desk.kit.unplug()
    with pytest.raises(LinkLost):
        drain(ranging, [])
    desk.kit.plug()
    assert [one.block for one in taken(anchor.start(FIRA), 3)] == [0, 1, 2]


def test_closing_stops_the_radio_and_a_closed_anchor_is_lost(
    desk: Desk, anchor: RangingAnchor
) -> None:
    ranging = anchor.start(CCC)
    anchor.close()
    anchor.close()
    assert not desk.kit.chip.sessions
    with pytest.raises(LinkLost):
        drain(ranging, [])
    with pytest.raises(LinkLost, match="closed"):
        anchor.start(CCC)


def test_an_anchor_says_who_it_is_what_time_it_has_and_tests_itself(
    desk: Desk, anchor: RangingAnchor
) -> None:
    assert anchor.identity().model
    assert "2.0.0" in anchor.identity().firmware
    if desk.has_clock:
        assert anchor.time_us() >= 0
    else:
        with pytest.raises(DeviceRefused, match="clock"):
            anchor.time_us()
    assert all(finding.ok for finding in anchor.self_test())
    desk.kit.unplug()
    finding = anchor.self_test()[0]
    assert not finding.ok
    assert finding.advice
