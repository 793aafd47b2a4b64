"""A person's time is in no sample, and what cannot be told apart is judged by nobody."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from drivers.api.clock import SystemClock
from rig.measure.outcomes import Inconclusive
from rig.measure.person_time import PERSON, PersonTime
from rig.measure.recorder import Measure
from rig.measure.timeline import Timeline
from rig.records.run import Measurement
from tests.rig.measure.occurrences import MS, At


class HandClock(SystemClock):
    """Moved by hand; in ms."""

    at = 0

    def now_ns(self) -> int:
        return self.at * MS


class Bench:
    """A clock, whoever is asked, and a sample that started at 100 ms."""

    def __init__(self) -> None:
        self.clock = HandClock()
        self.person = PersonTime(self.clock)
        self.measure = Measure(clock=self.clock, person=self.person)

    def asked(self, begin: int, end: int) -> None:
        with ExitStack() as stack:
            self.clock.at = begin
            stack.enter_context(self.person.asking())
            self.clock.at = end

    def sampled(
        self, end: int, *asked: tuple[int, int], presence: int | None = None
    ) -> Measurement:
        timeline = None if presence is None else Timeline({"presence": presence * MS})
        with self.measure("waited", unit="ms").once() as sample:
            self.clock.at = 100
            sample.starts()
            for begin, stop in asked:
                self.asked(begin, stop)
            sample.ends_with(At(end, timeline))
        return self.measure.finished[0]


def test_what_a_person_was_asked_for_inside_a_sample_is_not_in_it() -> None:
    found = Bench().sampled(6000, (200, 1200), (3000, 5000))
    assert found.samples == (2900.0,)
    assert found.phases == {PERSON: (3000.0,)}


def test_without_anybody_asked_nothing_is_taken_away() -> None:
    found = Bench().sampled(6000)
    assert (found.samples, found.phases) == ((5900.0,), {})


def test_what_was_asked_before_and_after_a_sample_is_not_its_business() -> None:
    bench = Bench()
    bench.asked(10, 90)
    assert bench.sampled(400, (450, 900)).samples == (300.0,)


def test_who_is_still_asked_from_before_does_nothing_for_the_sample() -> None:
    bench = Bench()
    bench.asked(50, 250)
    assert bench.sampled(400).samples == (300.0,)


def test_who_holds_it_to_a_reader_has_done_so_when_the_reader_says_it() -> None:
    still = Bench().sampled(1500, (200, 3000), presence=1200)  # says "done" later
    assert still.samples == (400.0,)  # 100 ms before the request, and 300 from the reader on
    quick = Bench().sampled(1500, (200, 1300), presence=1200)
    assert quick.samples == still.samples
    assert quick.phases[PERSON] == (1000.0,)


def test_a_sample_that_ends_while_a_person_is_busy_is_inconclusive() -> None:
    bench = Bench()
    with pytest.raises(Inconclusive, match="a person was still busy with a request"):
        bench.sampled(1500, (200, 3000))
    assert bench.measure.finished[0].samples == ()
