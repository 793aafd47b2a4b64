"""A vehicle's anchors range a phone around the vehicle, on virtual time."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from itertools import pairwise

import pytest

from drivers.api.errors import DeviceNotFound, DeviceRefused, DriverError, LinkLost, LinkTimeout
from drivers.api.space import Path, Point
from drivers.api.uwb import FiraSession, RangeStatus
from drivers.sim.uwb_channel import FIGURES, Obstacle
from drivers.sim.uwb_chip.scene import Sight
from drivers.uwb.kits import PipeAnchor
from drivers.uwb.uci.codes import Status
from tests.drivers.sim.ranging_street import CCC, PLACES, Street, start, taken

BLOCK_NS = 96_000_000
ABEAM = Point(0.1, 3.0, 0.95)  # 2.12 m from the driver's handle


@pytest.fixture
def street() -> Iterator[Street]:
    with ExitStack() as stack:
        yield Street(stack)


def test_at_twenty_places_bias_and_spread_are_those_of_the_figures(street: Street) -> None:
    figures = FIGURES[Obstacle.NONE]
    excess, spreads, shares = [], [], []
    for number in range(20):
        distance_m = 0.8 + number * 0.5
        street.radio.stand(Point(0.1, 0.881 + distance_m, 0.95))
        anchor = street.anchor(f"anchor {number}", (0.1, 0.881, 0.95 + number * 1e-6))
        found = taken(start(anchor), 120)
        ranges = [one.distance_m for one in found if one.distance_m is not None]
        excess.append(statistics.fmean(ranges) - distance_m - figures.at(distance_m).bias_m)
        spreads.append(statistics.stdev(ranges) / figures.at(distance_m).sigma_m)
        shares.append(len(ranges) / len(found))
        anchor.close()
    assert abs(statistics.fmean(excess)) < 4 * figures.position_m / 20**0.5
    assert statistics.stdev(excess) == pytest.approx(figures.position_m, rel=0.5)
    assert statistics.fmean(spreads) == pytest.approx(1.0, abs=0.1)
    assert statistics.fmean(shares) == pytest.approx(1 - figures.missing, abs=0.01)


def test_four_anchors_of_a_session_are_stamped_at_the_same_moments(street: Street) -> None:
    street.radio.stand(ABEAM)
    anchors = [street.anchor(name) for name in PLACES]
    first_ns = street.world.clock.now_ns() + 100_000_000
    running = [start(anchor) for anchor in anchors]
    for block in range(50):
        stamps = [one.t_ns for ranging in running for one in taken(ranging, 1)]
        due_ns = first_ns + block * BLOCK_NS
        # A microsecond of rounding, and 20 ppm of the tenth of a second until block 0.
        assert all(abs(t_ns - due_ns) <= 4_000 for t_ns in stamps)


def test_each_anchor_has_a_clock_of_its_own_that_is_a_little_wrong(street: Street) -> None:
    anchors = [street.anchor(name) for name in PLACES]
    before = [anchor.time_us() for anchor in anchors]
    street.world.clock.sleep(1000.0)
    rates = [(a.time_us() - b) / 1e9 - 1 for a, b in zip(anchors, before, strict=True)]
    assert len({round(b / 1e6) for b in before}) == len(anchors)
    assert all(abs(rate) <= 20e-6 for rate in rates)
    assert max(rates) - min(rates) > 1e-6


def test_a_walk_shows_in_every_block(street: Street) -> None:
    anchor = street.anchor("driver_handle", (0.1, 0.881, 0.95))
    away = Path((Point(0.1, 1.5, 0.95), Point(0.1, 20.0, 0.95)), 1.4)
    ranging = start(anchor, lead_s=0.05)
    street.radio.walk(away)
    found = taken(ranging, 60)
    steps_m = [
        b.distance_m - a.distance_m
        for a, b in pairwise(found)
        if a.distance_m is not None and b.distance_m is not None
    ]
    # Over the walk the bias grows by 0.14 m at most, and the position's own comes and goes.
    assert statistics.fmean(steps_m) == pytest.approx(0.1344, abs=0.01)
    assert statistics.stdev(steps_m) < 0.09


def test_the_phone_is_called_at_the_block_with_index_and_place(street: Street) -> None:
    street.radio.stand(ABEAM)
    ranging = start(street.anchor("trunk"))
    found = taken(ranging, 3)
    calls = street.radio.calls[:3]
    assert [call.t_ns for call in calls] == [one.t_ns for one in found]
    assert [call.sts_index for call in calls] == [one.sts_index for one in found]
    assert all(call.anchor == Point(*PLACES["trunk"]) for call in calls)


def test_a_key_that_does_not_fit_fails_the_secure_timestamp(street: Street) -> None:
    street.radio.stand(ABEAM)
    street.radio.ursk = bytes(32)
    for one in taken(start(street.anchor("driver_handle")), 20):
        assert (one.status, one.distance_m) == (RangeStatus.STS_FAILED, None)


def test_who_is_not_ranging_is_missing_until_they_do(street: Street) -> None:
    ranging = start(street.anchor("driver_handle"))
    assert {one.status for one in taken(ranging, 10)} == {RangeStatus.NO_ANSWER}
    street.radio.stand(ABEAM)
    later = [one for one in taken(ranging, 20) if one.status is RangeStatus.OK]
    assert len(later) > 15


def test_somebody_in_between_shifts_what_is_measured(street: Street) -> None:
    street.radio.stand(ABEAM)
    ranging = start(street.anchor("driver_handle"))
    street.radio.shift_m = -1.5
    near = [one.distance_m for one in taken(ranging, 20) if one.distance_m is not None]
    assert statistics.fmean(near) == pytest.approx(2.12 - 1.5, abs=0.3)


def test_an_anchor_keeps_step_with_a_phone_whose_clock_runs_differently(street: Street) -> None:
    street.radio.stand(ABEAM)
    street.radio.late_ns = 2_000  # 21 ppm slower
    found = taken(start(street.anchor("driver_handle")), 100)
    assert found[-1].t_ns - found[0].t_ns == 99 * (BLOCK_NS + 2_000)


def test_a_host_that_comes_too_late_is_refused(street: Street) -> None:
    anchor = street.anchor("driver_handle")
    with pytest.raises(DeviceRefused) as refused:
        start(anchor, lead_s=-0.001)
    assert refused.value.code == Status.INITIATION_TIME_TOO_OLD
    taken(start(anchor), 1)


def test_two_sessions_of_one_anchor_run_side_by_side(street: Street) -> None:
    street.radio.stand(ABEAM)
    anchor = street.anchor("driver_handle")
    street.chips["driver_handle"].scene = lambda _shot: Sight(8.0)
    passive = start(anchor)
    fira = anchor.start(FiraSession(session_id=7, address=1, peers=(2,)))
    other = start(anchor, session=replace(CCC, session_id=99))
    for ranging, expected in ((passive, 2.12), (fira, 8.1)):
        ranges = [one.distance_m for one in taken(ranging, 10) if one.distance_m is not None]
        assert statistics.fmean(ranges) == pytest.approx(expected, abs=0.3)
    assert {one.status for one in taken(other, 5)} == {RangeStatus.NO_ANSWER}


def test_two_runs_of_one_seed_measure_the_same_and_of_two_do_not() -> None:
    def run(seed: int) -> list[float | None]:
        with ExitStack() as stack:
            street = Street(stack, seed)
            street.radio.walk(Path((Point(0, 5, 1), Point(0, 1, 1)), 1.4))
            running = [start(street.anchor(name)) for name in PLACES]
            return [one.distance_m for _ in range(20) for r in running for one in taken(r, 1)]

    assert run(1) == run(1)
    assert run(1) != run(2)


STEPS = {
    "reset": b"\x40\x00",
    "who it is": b"\x40\x02",
    "the clock": b"\x40\x08",
    "init": b"\x41\x00",
    "configuration": b"\x41\x03",
    "start": b"\x42\x00",
    "a measurement": b"\x62\x20",
    "stop": b"\x42\x01",
    "deinit": b"\x41\x01",
}


@pytest.mark.parametrize("answer", STEPS.values(), ids=STEPS)
def test_unplugged_at_any_step_it_is_lost_and_works_once_plugged_in(
    street: Street, answer: bytes
) -> None:
    anchor = street.anchor("driver_handle")
    chip = street.chips["driver_handle"]
    street.radio.stand(ABEAM)
    if answer[:2] in (b"\x40\x00", b"\x40\x02"):  # which come only as it is opened
        chip.unplug()
        with pytest.raises(LinkLost):
            anchor.time_us()
        chip.plug()

    def pull(data: bytes) -> bytes:
        if answer not in data:
            return data
        chip.unplug()
        return b""

    chip.spoil = pull
    with pytest.raises(DriverError) as lost:
        use(anchor)
    assert isinstance(lost.value, LinkLost)
    assert lost.value.device == "driver_handle"
    chip.spoil = None
    with pytest.raises(LinkLost):
        anchor.time_us()
    chip.plug()
    use_it_again = taken(start(anchor), 3)
    assert [one.block for one in use_it_again] == [0, 1, 2]


def use(anchor: PipeAnchor) -> None:
    ranging = start(anchor)
    taken(ranging, 2)
    ranging.stop()
    anchor.time_us()  # stopping is quiet about a line that is gone


def test_a_silent_chip_is_timed_out_and_no_virtual_time_passes(street: Street) -> None:
    anchor = street.anchor("driver_handle")
    street.chips["driver_handle"].spoil = lambda _data: b""
    before_ns = street.world.clock.now_ns()
    with pytest.raises(LinkTimeout, match="QueryTimestamp"):
        anchor.time_us()
    assert street.world.clock.now_ns() == before_ns


def test_one_host_at_a_time_and_none_while_it_is_unplugged(street: Street) -> None:
    anchor = street.anchor("driver_handle")
    chip = street.chips["driver_handle"]
    with pytest.raises(DeviceNotFound, match="another host"):
        PipeAnchor(chip)
    anchor.close()
    with PipeAnchor(chip) as again:
        again.time_us()
    chip.unplug()
    with pytest.raises(DeviceNotFound, match="unplugged"):
        PipeAnchor(chip)


def test_an_anchor_says_where_it_is(street: Street) -> None:
    street.anchor("driver_handle")
    assert "(0.1, 0.88, 0.95) m" in street.chips["driver_handle"].identity().serial


def test_an_actor_that_is_told_of_results_gets_all_of_them_at_their_moments(
    street: Street,
) -> None:
    clock, wanted = street.world.clock, 40
    bell, done = clock.bell(), clock.bell()
    running = [start(street.anchor(name)) for name in PLACES]
    seen: list[tuple[int, int]] = []

    def act() -> None:
        while len(seen) < wanted * len(running):
            bell.wait()
            for ranging in running:
                while (one := ranging.next(0.0)) is not None:
                    seen.append((one.t_ns, clock.now_ns()))
        done.ring()

    actor = clock.thread(act, "vehicle")
    for ranging in running:
        ranging.on_result(bell.ring)
    assert done.wait(60.0)
    actor.join()
    assert len(seen) == wanted * len(running)
    assert all(t_ns == now_ns for t_ns, now_ns in seen)  # no time passes in between


def test_where_time_flows_blocks_are_waited_for_or_skipped() -> None:
    with ExitStack() as stack:
        street = Street(stack, time="real")
        street.radio.stand(ABEAM)
        before_s = time.perf_counter()
        ranging = start(street.anchor("driver_handle"), lead_s=0.5)
        first_ns = street.world.clock.now_ns()
        found = taken(ranging, 100)
        assert [one.block for one in found] == list(range(100))
        assert found[-1].t_ns - first_ns > 95 * BLOCK_NS
        passed_s = (street.world.clock.now_ns() - first_ns) / 1e9
        assert passed_s > 1.0 + time.perf_counter() - before_s  # the rest was skipped
