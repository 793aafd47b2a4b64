"""The conduct of a run: open the bench guarded, run the tests, close, and write how it ended."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, TypeVar

import pytest

from drivers.api.clock import clock_of
from drivers.api.errors import DriverError
from drivers.api.operator import Asked, Operator
from rig.bench.build import Bench
from rig.bench.errors import BenchError, BenchFileError
from rig.bench.guard import guarded
from rig.bench.safety import EmergencyStop, Interrupted, signals_unwind
from rig.bench.supply import restart
from rig.key_server.reading_choices import readings_from
from rig.key_server.readings import Readings
from rig.measure.person_time import PersonTime
from rig.plans.catalogue import Catalogue
from rig.plans.plan import Plan
from rig.plugin.assignment import Assignment
from rig.plugin.closing import Closing
from rig.plugin.fleet import Fleet
from rig.plugin.heading import redactor_of, run_started
from rig.plugin.preflight import wants_car
from rig.plugin.progress import Progress
from rig.plugin.recording import Recorder, no_objection
from rig.plugin.surroundings import measured
from rig.plugin.verdicts import reason_of
from rig.records.journal import Journal
from rig.records.run import RunFinished
from rig.records.verdict import Verdict, exit_status, worst
from rig.vehicle.errors import VehicleError
from rig.vehicle.passive.settings import passive_settings

if TYPE_CHECKING:  # the vehicle is imported only for tests that drive it
    from rig.vehicle.car import Car

USAGE, BROKEN = 2, 3
T = TypeVar("T")


class Conduct:
    """One run. Its parts are there once the bench is open."""

    def __init__(
        self, assignment: Assignment, progress: Progress, closing: Closing, command_line: str
    ) -> None:
        self.progress = progress
        self._assignment = assignment
        self._closing = closing
        self._command_line = command_line
        self._bench: Bench | None = None
        self._person: PersonTime | None = None
        self._car: Car | None = None
        self._journal: Journal | None = None
        self._recorder: Recorder | None = None
        self._current: pytest.Item | None = None

    @property
    def bench(self) -> Bench:
        """The opened bench."""
        return _there(self._bench)

    @property
    def plan(self) -> Plan:
        """The plan that is run."""
        return self._assignment.plan

    @property
    def catalogue(self) -> Catalogue:
        """The requirements."""
        return self._assignment.catalogue

    @property
    def readings(self) -> Readings:
        """How the plan reads what the sources leave open."""
        return readings_from(self.plan.readings)

    @property
    def recorder(self) -> Recorder:
        """Where the attempts are recorded."""
        return _there(self._recorder)

    @property
    def person(self) -> PersonTime:
        """When a person was asked."""
        return _there(self._person)

    def car(self) -> Car:
        """The vehicle, where a test wants it."""
        return _there(self._car)

    def run(self, session: pytest.Session) -> int:
        """Run the tests of a session and return the exit status."""
        if not session.items:
            self._refuse("selected nothing: a run without tests is no pass")
            return BROKEN
        reason, status = "", 0
        with signals_unwind():
            try:
                with self._opened(session.items):
                    reason = self._run_all(session)
            except EmergencyStop as exc:
                reason, status = f"{exc}{self._where}", BROKEN
            except Interrupted as exc:
                reason, status = f"{exc}{self._where}", 128 + exc.signal
            except pytest.exit.Exception as exc:
                reason, status = f"stopped by pytest.exit: {exc}{self._where}", BROKEN
            except (BenchError, DriverError, VehicleError) as exc:
                is_file = isinstance(exc, BenchFileError) and self._journal is None
                reason, status = reason_of(exc), USAGE if is_file else BROKEN
            except BaseException as exc:
                self._finish(f"internal error: {reason_of(exc)}", BROKEN)
                raise
            return self._finish(reason, status)

    def show_paths(self) -> None:
        """Say where the run is kept, if there was one."""
        if self._journal:
            self._closing.show_paths(self._journal.folder)

    @contextmanager
    def _opened(self, items: Sequence[pytest.Item]) -> Iterator[None]:
        """The bench and, where a test wants it, the vehicle; the journal has its first record."""
        with guarded(self._assignment.bench, self._assignment.folder) as bench:
            self._bench = bench
            self._person = PersonTime(clock_of(bench.devices))
            for operator in bench.of(Operator).values():
                operator.around, operator.heard = self._while_asking, self._hear
            vehicle = self._car = (
                _car(bench, self.readings, self.plan) if wants_car(items) else None
            )
            self._journal = Journal(self._assignment.folder)
            take_visits = vehicle.take_visits if vehicle else list
            fleet = Fleet(self.catalogue, bench)
            objection = vehicle.objection if vehicle else no_objection
            redactor = redactor_of(self._assignment.bench.laboratory, bench.records)
            self._recorder = Recorder(
                self._journal, self.plan, fleet, take_visits, objection, redactor
            )
            ids = [item.nodeid for item in items]
            head = run_started(self._assignment, bench, vehicle, ids, self._command_line)
            self._journal.append(replace(head, applicability=fleet.to_records()))
            tests = f"{len(items)} test{'s' if len(items) > 1 else ''}"
            self.progress.open(
                len(items), f"{self.plan.title} · bench {bench.description.name} · {tests}"
            )
            try:
                if vehicle:
                    vehicle.start()
                yield
            finally:
                if vehicle:
                    vehicle.stop()

    @contextmanager
    def _while_asking(self) -> Iterator[None]:
        """Somebody is asked: nothing is drawn meanwhile, and no sample has their time."""
        with self.progress.held_still(), self.person.asking():
            yield

    def _hear(self, asked: Asked) -> None:
        """A request to the person is over; before there is a record of the run, nobody notes it."""
        if self._recorder:
            self._recorder.steps.hear(asked)

    def _run_all(self, session: pytest.Session) -> str:
        """Run one test after the other; the reason, if it stops before the last one."""
        try:
            for item, following in pairwise([*session.items, None]):
                assert item is not None  # noqa: S101 - None is only ever the last one's follower
                self._run_one(item, following)
                if stop := session.shouldfail or session.shouldstop:
                    return str(stop)
        except BaseException:
            self._tear_down_current()
            raise
        return ""

    def _run_one(self, item: pytest.Item, following: pytest.Item | None) -> None:
        self._current = item
        self.progress.started(item.nodeid)
        surroundings = measured(self.bench)
        attempt = self.recorder.begin(item)
        attempt.environment = surroundings
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        attempt.aftermath = restart(self.bench, frozenset(attempt.broken))
        result = self.recorder.finish()
        self._current = None
        self._closing.add(result)
        self.progress.finished(result, attempt.detail)

    @property
    def _where(self) -> str:
        return f" in {self._current.nodeid}" if self._current else ""

    def _tear_down_current(self) -> None:
        """Tear down the test that was cut off, while the bench is still open."""
        if item := self._current:
            item.config.hook.pytest_runtest_teardown(item=item, nextitem=None)

    def _finish(self, reason: str, status: int) -> int:
        """Write the last record and show the table; the exit status is the journal's."""
        self.progress.close()
        if self._journal is None:
            self._refuse(reason)
            return status
        verdicts = set(self._closing.counts)
        if not verdicts and not status:
            status = BROKEN
        judged = {*verdicts, Verdict.ERROR} if status == BROKEN else verdicts
        ended = RunFinished(
            ended_utc=datetime.now(UTC).isoformat(),
            verdict=worst(judged) if judged else None,
            exit_status=status if status > BROKEN else exit_status(judged),
            reason=reason,
        )
        self._journal.append(ended)
        self._journal.close()
        substitutions = self.bench.substitutions
        self._closing.show(ended, simulated=self.bench.simulated, substitutions=substitutions)
        self._closing.doubt(self.bench.description.equipment, ended.ended_utc[:10])
        return ended.exit_status

    def _refuse(self, reason: str) -> None:
        about = f"plan {self.plan.name} on bench {self._assignment.bench.name}"
        self._closing.refuse(f"{about}: {reason}")


def _there(part: T | None) -> T:
    if part is None:
        raise RuntimeError("the run has not begun")
    return part


def _car(bench: Bench, readings: Readings, plan: Plan) -> Car:
    """The vehicle of a bench, whose file has been checked for what it needs."""
    from rig.vehicle.car import Car  # noqa: PLC0415 - a bench may have no vehicle
    from rig.vehicle.readings import VehicleReadings  # noqa: PLC0415 - as above

    return Car(
        bench.devices,
        bench.description.vehicle,
        readings=VehicleReadings.of(readings),
        passive=passive_settings(plan.passive),
    )
