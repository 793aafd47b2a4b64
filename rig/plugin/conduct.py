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
from rig.measure.uncertainty import Budgets
from rig.measure.utc_scale import UtcScale
from rig.plans.catalogue import Catalogue
from rig.plans.plan import Plan
from rig.plugin.assignment import Assignment
from rig.plugin.budgets import budgets_of
from rig.plugin.closing import Closing
from rig.plugin.fleet import Fleet
from rig.plugin.heading import redactor_of, run_started
from rig.plugin.packet_log import PacketLog
from rig.plugin.preflight import wants_car
from rig.plugin.progress import Progress
from rig.plugin.recording import Recorder, Told
from rig.plugin.surroundings import measured
from rig.plugin.verdicts import reason_of
from rig.records.excuses import Excuses, day_of
from rig.records.journal import Journal
from rig.records.run import Result, RunFinished
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
        self._budgets = Budgets()

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

    @property
    def budgets(self) -> Budgets:
        """How uncertain the bench's measurements are."""
        return self._budgets

    def car(self) -> Car:
        """The vehicle, where a test wants it."""
        return _there(self._car)

    def hold(self, name: str) -> None:
        """The test under way is given a phone, watch or card of the bench."""
        self.recorder.attempt.holders.append(name)

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
            packets = self._begin_records(bench, vehicle, items)
            tests = f"{len(items)} test{'s' if len(items) > 1 else ''}"
            self.progress.open(
                len(items), f"{self.plan.title} · bench {bench.description.name} · {tests}"
            )
            try:
                packets.listen(bench.devices)
                if vehicle:
                    vehicle.start()
                yield
            finally:
                if vehicle:
                    vehicle.stop()
                packets.close()

    def _begin_records(
        self, bench: Bench, vehicle: Car | None, items: Sequence[pytest.Item]
    ) -> PacketLog:
        """The journal with its head, and whoever writes in it."""
        journal = self._journal = Journal(self._assignment.folder)
        self._budgets = budgets_of(bench, vehicle.calibrations() if vehicle else ())
        fleet = Fleet(self.catalogue, bench)
        packets = PacketLog(journal.append_packets, UtcScale(clock_of(bench.devices)))
        redactor = redactor_of(self._assignment.bench.laboratory, bench.records)
        told = Told(vehicle.take_visits, vehicle.objection) if vehicle else Told()
        self._recorder = Recorder(journal, self.plan, fleet, told, packets, redactor)
        ids = [item.nodeid for item in items]
        head = run_started(self._assignment, bench, vehicle, ids, self._command_line)
        journal.append(replace(head, applicability=fleet.to_records(), budgets=self._budgets.known))
        self._closing.excuses = Excuses(head.waivers, head.quarantine, day_of(head.started_utc))
        return packets

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
                result = self._run_one(item, following)
                stop = session.shouldfail or session.shouldstop
                if not stop and self.plan.retry == "rig_errors" and result.verdict is Verdict.ERROR:
                    self.progress.repeats(item.nodeid)
                    self._run_one(item, following)
                    stop = session.shouldfail or session.shouldstop
                if stop:
                    return str(stop)
        except BaseException:
            self._tear_down_current()
            raise
        return ""

    def _run_one(self, item: pytest.Item, following: pytest.Item | None) -> Result:
        """One attempt, torn down and with broken devices restarted, so that another may follow."""
        self._current = item
        surroundings = measured(self.bench)
        attempt = self.recorder.begin(item)
        attempt.environment = surroundings
        self.progress.started(item.nodeid, attempt.number)
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        attempt.aftermath = restart(self.bench, frozenset(attempt.broken))
        result = self.recorder.finish()
        self._current = None
        self._closing.add(result)
        self.progress.finished(result, attempt.detail)
        return result

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
        ended = self._ended(reason, status)
        self._journal.append(ended)
        self._journal.close()
        substitutions = self.bench.substitutions
        self._closing.show(ended, simulated=self.bench.simulated, substitutions=substitutions)
        self._closing.doubt(self.bench.description.equipment, ended.ended_utc[:10])
        return ended.exit_status

    def _ended(self, reason: str, status: int) -> RunFinished:
        """How the run ended: by the last attempts of all tests that are not in quarantine."""
        verdicts = self._closing.verdicts()
        if not verdicts and not status:
            status = BROKEN
        judged = {*verdicts, Verdict.ERROR} if status == BROKEN else verdicts
        counting = judged
        if self._assignment.accepts_waivers and (waived := self._closing.waived):
            counting = self._closing.verdicts(waived=False) | (judged - verdicts)
            said = f"{waived} waived failure{'s' if waived > 1 else ''} not in the exit status"
            reason = "; ".join(filter(None, [reason, said]))
        return RunFinished(
            ended_utc=datetime.now(UTC).isoformat(),
            verdict=worst(judged) if judged else None,
            exit_status=status if status > BROKEN else exit_status(counting or {Verdict.PASS}),
            reason=reason,
        )

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
