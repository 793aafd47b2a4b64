"""What a test plan's tests ask for: the run, what it measures with, vehicle and key server.

Who holds a key is in ``rig.plugin.holders``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Protocol, TypeVar

import pytest

from drivers.api.clock import clock_of
from rig.bench.build import Bench
from rig.measure.limits import Count, Limits
from rig.measure.observations import Observe
from rig.measure.person_time import PersonTime
from rig.measure.ranging_evidence import Survey, Walks
from rig.measure.recorder import Measure
from rig.measure.uncertainty import Budgets
from rig.plans.plan import Plan
from rig.plugin.recording import Recorder

if TYPE_CHECKING:  # the vehicle is imported only for tests that drive it
    from rig.key_server.contract import KeyServer
    from rig.key_server.readings import Readings
    from rig.plans.catalogue import Catalogue
    from rig.plugin.progress import Progress
    from rig.vehicle.car import Car


T = TypeVar("T")


class UnderWay(Protocol):
    """The run that is under way, as far as its tests may see it."""

    @property
    def bench(self) -> Bench: ...
    @property
    def plan(self) -> Plan: ...
    @property
    def catalogue(self) -> Catalogue: ...
    @property
    def recorder(self) -> Recorder: ...
    @property
    def progress(self) -> Progress: ...
    @property
    def readings(self) -> Readings: ...
    @property
    def person(self) -> PersonTime: ...
    @property
    def budgets(self) -> Budgets: ...
    def car(self) -> Car:
        """The vehicle, where a selected test wants it."""
        ...


class Fixtures:
    """The fixtures of one run; pytest finds them because this object is a plugin."""

    def __init__(self, run: UnderWay) -> None:
        self._run = run

    @pytest.fixture(scope="session")
    def bench(self) -> Bench:
        """The opened bench."""
        return self._run.bench

    @pytest.fixture(scope="session")
    def plan(self) -> Plan:
        """The plan that is run: ``plan.count("samples")``."""
        return self._run.plan

    @pytest.fixture(scope="session")
    def limits(self) -> Limits:
        """The plan's limits: ``measure("tap_to_unlock", unit="ms", **limits("tap_to_unlock"))``."""
        entries = self._run.plan.limits.items()
        return Limits({n: {s: b.bound() for s, b in bounds.items()} for n, bounds in entries})

    @pytest.fixture(scope="session")
    def count(self) -> Count:
        """How many samples, by the plan: ``count("tap_to_unlock", 59)``; 59 if it says nothing."""
        return self._run.plan.count

    @pytest.fixture
    def measure(self) -> Measure:
        """Declares measurements; what is declared and not taken fails."""
        attempt = self._run.recorder.attempt
        attempt.measure = Measure(
            clock=clock_of(self._run.bench.devices),
            progress=self._run.progress.measured,
            person=self._run.person,
            budgets=self._run.budgets,
            decision=self._run.plan.decision,
        )
        return attempt.measure

    @pytest.fixture
    def observe(self) -> Observe:
        """Writes down what the sources leave open."""
        keep = self._run.recorder.attempt.observations.append
        return Observe(keep, self._run.catalogue.ambiguities)

    @pytest.fixture
    def survey(self, car: Car) -> Callable[[str, float], Survey]:
        """Begins a range map of the report: ``survey("around the vehicle", cell_m=1.0)``."""

        def begin(name: str, cell_m: float) -> Survey:
            return _kept(
                Survey(name, cell_m, car.calibrations()), self._run.recorder.attempt.surveys
            )

        return begin

    @pytest.fixture
    def walks(self) -> Callable[[str, Mapping[str, float]], Walks]:
        """Begins a set of walks of the report: ``walks("passes at 3 m", {"unlock": 1.0})``."""

        def begin(name: str, radii_m: Mapping[str, float]) -> Walks:
            return _kept(Walks(name, radii_m), self._run.recorder.attempt.walks)

        return begin

    @pytest.fixture
    def car(self) -> Iterator[Car]:
        """The vehicle: shut, locked, off, nothing in any field, before the test and after it."""
        car = self._run.car()
        if (description := self._run.recorder.attempt.description) is not None:
            car.play(description)
        car.reset()
        yield car
        car.reset()

    @pytest.fixture
    def readings(self) -> Readings:
        """How the plan reads what the sources leave open; a test of both readings gives its own.

        ``@pytest.mark.parametrize("readings", [Readings(...), Readings(...)], ids=...)``, and
        ``@pytest.mark.usefixtures("readings")`` for who collects without a bench.
        """
        return self._run.readings

    @pytest.fixture
    def key_server(self, car: Car, readings: Readings) -> Iterator[KeyServer]:
        """The vehicle maker's key server, which knows the vehicle and nobody else yet.

        Virtual phones are empty and connected to it; the vehicle is as it was delivered.
        Inconclusive on a bench with a real phone or watch, which talks to another key server.
        """
        from rig.plugin.back_end import BackEnd  # noqa: PLC0415 - for tests that ask for it

        car.as_delivered()
        with BackEnd(self._run.bench.devices, readings).opened(car) as server:
            yield server
            car.reset()

    @pytest.fixture
    def account(self, car: Car, key_server: KeyServer) -> str:
        """The owner's account at the vehicle maker, with the vehicle in it."""
        account = key_server.accounts.open("owner@example.invalid")
        key_server.accounts.add_vehicle(account, car.keyring.identifier)
        return account


def _kept(thing: T, among: list[T]) -> T:
    among.append(thing)
    return thing
