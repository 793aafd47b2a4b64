"""Blocks, rounds and STS indices of a session, and what an index says."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from drivers.api.uwb import CccSession, Hopping
from rig.digital_key.ble_messages import (
    RangingSessionRequest,
    RangingSessionResponse,
    RangingSetupResponse,
    RecoveryResponse,
)
from rig.digital_key.ranging_negotiation import HopMode, Wishes, negotiate
from rig.digital_key.ranging_session import (
    SessionPlan,
    StsKind,
    StsWatch,
    hop_round,
    plan,
    ursk_is_over,
)
from rig.digital_key.ranging_time import Moment
from rig.digital_key.secrets import Secret

URSK = Secret(bytes(range(32)))
REQUEST = RangingSessionRequest(0x0100, 1, 0x12345678, 0x11, 3)
ANSWER = RangingSetupResponse(0x075BCD15, 1_000_000, 0x4C5772BC, 9)


def planned(hopping: int = 0xD0, ran: int = 1, sts0: int = ANSWER.sts_index0) -> SessionPlan:
    device = RangingSessionResponse(ran, 0x04, 0x100, 9, hopping)
    answer = RangingSetupResponse(sts0, 0, ANSWER.hop_key, 9)
    settled = negotiate(device, Wishes(responders=4))
    return plan(REQUEST, settled, answer, ursk=URSK, time0=Moment(10**9, 2_000_000))


def test_a_plan_holds_what_was_settled_on() -> None:
    session = planned()
    assert (session.session_id, session.sts_index0) == (0x12345678, 0x075BCD15)
    assert (session.chaps_per_slot, session.slots_per_round, session.responders) == (6, 8, 4)
    assert (session.rounds, session.sts_per_block) == (6, 48)
    assert (session.block_ns, session.block_at(session.starts_ns(7))) == (96_000_000, 7)
    assert session.block_at(session.time0_ns - 1) == -1


def test_the_grid_is_that_of_the_anchors_contract() -> None:
    session = planned(ran=3)
    told = CccSession(
        session_id=1,
        ursk=URSK,
        sts_index0=0,
        time0_us=0,
        ran_multiplier=3,
        chaps_per_slot=session.chaps_per_slot,
        slots_per_round=session.slots_per_round,
        responders=4,
        responder_index=0,
        sync_code=9,
    )
    assert told.sts_per_block == session.sts_per_block
    assert told.block_ms * 1_000_000 == session.block_ns
    assert {mode.name for mode in HopMode} == {mode.name for mode in Hopping}


def test_nothing_secret_prints() -> None:
    told = repr(planned())
    assert "ursk=" not in told
    assert "hop_key" not in told


def test_final_data_of_a_round_has_the_index_behind_the_responses() -> None:
    still = planned(hopping=0x80)
    assert still.final_indices(0) == (0x075BCD15 + 1 + 1 + 4,)
    assert still.final_indices(3) == (0x075BCD15 + 3 * 48 + 6,)


@given(st.integers(0, 10**9), st.integers(0, 2**32 - 1), st.integers(1, 96))
def test_a_hop_is_to_a_round_of_the_block(block: int, key: int, rounds: int) -> None:
    assert 0 <= hop_round(block, key, rounds) < rounds
    assert 0 <= hop_round(block, key, rounds, 65537) < rounds


def test_hops_go_everywhere() -> None:
    seen = Counter(hop_round(block, 0x4C5772BC, 8) for block in range(8000))
    assert sorted(seen) == list(range(8))
    assert min(seen.values()) > 500


def test_the_sequence_is_that_of_the_formula() -> None:
    assert [hop_round(block, 0, 8) for block in (0, 1, 256, 40000)] == [0, 0, 0, 5]
    assert 256 * 256 % 65521 == 15
    assert 40000**2 % 65521 == 42701


@pytest.mark.parametrize(
    ("hopping", "rounds"),
    [(0x80, {1}), (0xD0, {1}), (0xB0, {1, 2})],
    ids=["none", "continuous", "adaptive"],
)
def test_a_block_ranges_in_the_rounds_of_its_mode(hopping: int, rounds: set[int]) -> None:
    session = planned(hopping=hopping)
    assert {len(session.rounds_of(block)) for block in range(200)} == rounds


def test_where_the_sequence_is_not_public_any_round_will_do() -> None:
    device = RangingSessionResponse(1, 0x04, 0x100, 9, 0x48)
    settled = negotiate(device, Wishes(4, aes_hopping=True))
    session = plan(REQUEST, settled, ANSWER, ursk=URSK, time0=Moment(0, 0))
    assert session.rounds_of(5) == tuple(range(6))


@given(st.sampled_from([0x80, 0xD0, 0xB0]), st.integers(1, 255), st.integers(0, 5000))
def test_an_index_of_a_block_is_known_as_that_blocks(hopping: int, ran: int, block: int) -> None:
    session = planned(hopping, ran)
    for index in session.final_indices(block):
        reading = StsWatch(session).take(index, session.starts_ns(block))
        assert (reading.kind, reading.block, reading.missed) == (StsKind.FITS, block, block)


@given(st.integers(-5000, 5000), st.integers(0, 100))
def test_an_index_that_is_no_final_fits_nowhere(off: int, block: int) -> None:
    session = planned()
    index = session.final_indices(block)[0] + off
    near = {i for b in range(max(0, block - 120), block + 120) for i in session.final_indices(b)}
    assume(index not in near)
    reading = StsWatch(session).take(index, session.starts_ns(10**6))
    assert reading.kind is StsKind.FOREIGN


def test_blocks_that_were_not_heard_are_counted() -> None:
    session = planned()
    watch = StsWatch(session)
    at = session.starts_ns(100)
    readings = [watch.take(session.final_indices(b)[0], at) for b in (2, 3, 7)]
    assert [r.missed for r in readings] == [2, 0, 3]
    assert watch.last_block == 7


@pytest.mark.parametrize("again", [3, 2, 0])
def test_an_old_block_is_a_replay_and_changes_nothing(again: int) -> None:
    session = planned()
    watch = StsWatch(session)
    at = session.starts_ns(100)
    watch.take(session.final_indices(3)[0], at)
    replayed = watch.take(session.final_indices(again)[0], at)
    assert (replayed.kind, replayed.block) == (StsKind.REPLAYED, again)
    assert watch.take(session.final_indices(4)[0], at).missed == 0


def test_a_block_that_is_not_yet_is_refused_and_not_remembered() -> None:
    session = planned()
    watch = StsWatch(session)
    early = session.starts_ns(5) - session.time0_within_ns
    assert watch.take(session.final_indices(5)[0], early - 1).kind is StsKind.EARLY
    assert watch.last_block == -1
    assert watch.take(session.final_indices(5)[0], early).kind is StsKind.FITS


def test_the_sts_space_ends() -> None:
    session = planned(hopping=0x80, sts0=0x3FFF_FFFF)
    last = session.last_block
    assert session.sts_index0 + (last + 1) * session.sts_per_block <= 2**32 - 1
    at = session.starts_ns(last + 2)
    assert StsWatch(session).take(session.final_indices(last)[0], at).kind is StsKind.FITS
    assert StsWatch(session).take(session.final_indices(last + 1)[0], at).kind is StsKind.SPENT


def test_a_session_that_is_resumed_counts_anew() -> None:
    session = planned().resumed(RecoveryResponse(0x1000, 0), Moment(5 * 10**9, 7))
    assert (session.sts_index0, session.time0_ns, session.time0_within_ns) == (0x1000, 5 * 10**9, 7)
    assert session.session_id == 0x12345678
    assert StsWatch(session).take(planned().final_indices(0)[0], 10**12).kind is not StsKind.FITS


@pytest.mark.parametrize(("age_min", "over"), [(0, False), (719.99, False), (720, True)])
def test_a_ranging_key_lives_twelve_hours(age_min: float, over: bool) -> None:
    assert ursk_is_over(100.0, 100.0 + age_min * 60) is over
