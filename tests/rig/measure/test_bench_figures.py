"""Clock, readers and anchors: figures with their counts and intervals, or what to do instead."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from drivers.api.errors import ActionRefused
from drivers.sim.keycard import VirtualKeyCard
from drivers.sim.reader import InProcessReader
from drivers.sim.uwb_anchor import VirtualUwbAnchor
from drivers.sim.world import World
from drivers.uwb.kits import PipeAnchor
from rig.bench.load import BENCHES
from rig.measure.anchor_distance import distance_between
from rig.measure.clock_figures import clock_steps, clock_uncertainty_ms, late_waits
from rig.measure.errors import FigureError
from rig.measure.figures import figure_of
from rig.measure.reader_latency import empty_looks, exchanges, findings_of_a_card
from tests.rig.measure.latch_bench import ManualClock


def test_a_figure_says_from_when_on_its_p95_has_an_interval() -> None:
    few = figure_of([1.0] * 58, "x", "ms", uncertainty=0.0, basis="none")
    enough = figure_of([1.0] * 59, "x", "ms", uncertainty=0.0, basis="none")
    assert few.remarks == ("p95 has an interval from 59 samples on",)
    assert enough.remarks == ()
    assert enough.statistic("p95").high == 1.0
    with pytest.raises(KeyError):
        enough.statistic("p99")


def test_the_clock_s_step_is_found() -> None:
    found = clock_steps(ManualClock(step_ns=250), 100)
    assert (found.unit, found.n, found.statistic("p95").value) == ("ns", 100, 250)
    assert found.uncertainty == pytest.approx(250 / 12**0.5)
    assert clock_uncertainty_ms(ManualClock(step_ns=250)) == pytest.approx(250e-6 / 12**0.5)


def test_a_clock_that_stands_still_is_not_measured() -> None:
    with pytest.raises(FigureError, match="take a bench whose world has real time"):
        clock_steps(ManualClock(), 5)
    assert clock_uncertainty_ms(ManualClock()) == 0.0


def test_a_wait_that_is_exact_is_not_late() -> None:
    found = late_waits(ManualClock(step_ns=1000), 10)
    assert found.statistic("max").value == pytest.approx(1)
    assert found.unit == "us"


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


class Desk:
    """A reader, and a card that can be brought to it, on virtual time."""

    def __init__(self, stack: ExitStack) -> None:
        self.world = stack.enter_context(World(time="virtual"))
        self.reader = stack.enter_context(InProcessReader(self.world, "tray"))
        self.reader.name = "tray"
        self.card = stack.enter_context(
            VirtualKeyCard(self.world, BENCHES / "keys" / "devices.json", "key_card")
        )
        self.clock = self.world.clock

    def bring(self) -> None:
        self.card.present("tray")


@pytest.fixture
def desk(stack: ExitStack) -> Desk:
    return Desk(stack)


def test_an_empty_field_is_looked_at_and_a_card_in_it_is_told(desk: Desk) -> None:
    found = empty_looks(desk.reader, 20, desk.clock)
    assert (found.n, found.unit) == (20, "ms")
    desk.bring()
    with pytest.raises(FigureError, match="a card is in the field of tray; take it away"):
        empty_looks(desk.reader, 20, desk.clock)


def test_an_exchange_takes_a_card(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.bring()
    assert exchanges(desk.reader, 20, desk.clock).n == 20
    desk.card.withdraw()
    monkeypatch.setattr("rig.measure.reader_latency.FOUND_WITHIN_S", 0.02)
    with pytest.raises(FigureError, match="no card is in the field"):
        exchanges(desk.reader, 20, desk.clock)


def test_a_card_that_comes_is_found_and_is_away_afterwards(desk: Desk) -> None:
    found = findings_of_a_card(desk.reader, desk.bring, desk.card.withdraw, 10, desk.clock)
    assert found.n == 10
    assert found.statistic("min").value >= 0
    assert found.statistic("max").value < 50  # of virtual time, not of this machine
    assert desk.reader.wait_for_removal(0)


def test_a_card_brought_elsewhere_is_not_found(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FOUND_WITHIN_S", "_RHYTHM_S"):
        monkeypatch.setattr(f"rig.measure.reader_latency.{name}", 0.05)
    with pytest.raises(FigureError, match="tray did not find a card"):
        findings_of_a_card(
            desk.reader,
            lambda: desk.card.present("driver_handle"),
            desk.card.withdraw,
            5,
            desk.clock,
        )


def test_what_keeps_the_card_from_coming_is_told(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rig.measure.reader_latency.FOUND_WITHIN_S", 0.02)

    def refuse() -> None:
        raise ActionRefused("it is glued to the desk")

    with pytest.raises(ActionRefused, match="glued"):
        findings_of_a_card(desk.reader, refuse, desk.card.withdraw, 5, desk.clock)


def anchors(stack: ExitStack, *places: tuple[float, float, float]) -> list[PipeAnchor]:
    world = stack.enter_context(World(time="virtual"))
    found = []
    for number, at in enumerate(places, 1):
        chip = stack.enter_context(VirtualUwbAnchor(world, at, seed=number))
        found.append(stack.enter_context(PipeAnchor(chip)))
        found[-1].name = f"anchor_{number}"
    stack.enter_context(world.clock.skipping())
    return found


@pytest.mark.parametrize("away_m", [1.0, 3.0, 6.0])
def test_two_anchors_measure_how_far_apart_they_stand(stack: ExitStack, away_m: float) -> None:
    pair = anchors(stack, (4, 0, 1), (4, away_m, 1))
    found = distance_between(pair[0], pair[1], 30, away_m)
    assert (found.n, found.unit, found.doubt) == (30, "m", "")
    assert found.statistic("p50").value == pytest.approx(away_m, abs=0.35)
    assert found.statistic("p50").low is not None
    assert found.statistic("sd").value > 0
    assert any(f"surveyed {away_m:.3f} m, off by" in remark for remark in found.remarks)


def test_a_wrong_survey_is_in_doubt_and_an_unknown_one_is_not_judged(stack: ExitStack) -> None:
    pair = anchors(stack, (4, 0, 1), (4, 2, 1))
    assert "rig calibrate" in distance_between(pair[0], pair[1], 30, 3.0).doubt
    assert distance_between(pair[0], pair[1], 30).doubt == ""


def test_a_known_antenna_delay_is_taken_off(stack: ExitStack) -> None:
    pair = anchors(stack, (4, 0, 1), (4, 2, 1))
    found = distance_between(pair[0], pair[1], 30, 1.5, [0.3, 0.2])
    assert found.statistic("p50").value == pytest.approx(1.5, abs=0.35)
    assert any("+0.300 m and +0.200 m" in remark for remark in found.remarks)
