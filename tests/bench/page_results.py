"""The results that the pages are compared by, once for pytest-html and once for the rig.

Both hold the same tests with the same ids, requirements and verdicts, one in a hundred failing, and
for each test a transaction of six commands and their answers. pytest-html has them as twelve lines
of log; the rig has them as a visit of six steps, with the fields decoded on top.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rig.digital_key.dissect import dissect, name_of
from rig.records.trace import FieldRecord, StepRecord, VisitRecord
from rig.records.verdict import Verdict
from tests.reports.demo_pairing import APPLET, POINT
from tests.reports.sample_runs import MS, requirement, result, write_run

PARAMETERS = 20  # of each function, as in a plan with several phones, cards and places
REQUIREMENTS = 200
VEHICLE = "cooper convertible 2026, digital key"
FAILS_ONE_IN = 100
WIRE = (  # a standard transaction, a look into the mailbox, and its end
    (APPLET, "5C0201009000"),
    (f"80800407635C0201008741{POINT}4C10{'5A' * 16}4D08{'31' * 8}00", f"8641{POINT}9000"),
    (f"80810000429E40{'C3' * 64}00", f"{'7F' * 96}9000"),
    (f"84C9000038{'9B' * 48}{'E1' * 8}00", f"{'E1' * 16}9000"),
    (f"84CA000018{'4D' * 16}{'3A' * 8}00", f"{'C4' * 112}{'2B' * 8}9000"),
    ("803C018100", "9000"),
)
_TEST = """
@pytest.mark.parametrize("n", range({parameters}))
def test_{name}(n):
    for command, answer in WIRE:
        log.info("driver_handle > %s", command)
        log.info("driver_handle < %s", answer)
    assert ({first} + n) % {fails_one_in} != {failing}
"""
_MODULE = """
import json
import logging
from pathlib import Path

import pytest

WIRE = json.loads(Path(__file__).with_name("wire.json").read_text())
log = logging.getLogger("wire")
"""
CONFTEST = """
import json
from pathlib import Path

import pytest

NAMED = json.loads(Path(__file__).with_name("requirements.json").read_text())

@pytest.hookimpl(optionalhook=True)
def pytest_html_results_table_header(cells):
    cells.insert(2, "<th>Requirements</th>")

@pytest.hookimpl(optionalhook=True)
def pytest_html_results_table_row(report, cells):
    cells.insert(2, f"<td>{NAMED[report.nodeid]}</td>")
"""


@dataclass(frozen=True)
class One:
    """One test of the comparison."""

    number: int
    test: str
    requirement: str

    @property
    def fails(self) -> bool:
        return self.number % FAILS_ONE_IN == FAILS_ONE_IN // 2


def compared(count: int) -> Iterator[One]:
    """So many tests: functions in files of ten, with their parameters."""
    for number in range(count):
        function = number // PARAMETERS
        test = f"test_plan_{function // 10:03}.py::{_name(function)}[{number % PARAMETERS}]"
        yield One(number, test, f"DK-BULK-{function % REQUIREMENTS:03}")


def _name(function: int) -> str:
    return f"test_tap_{function:03}_unlocks_the_door"


def write_session(folder: Path, count: int) -> None:
    """The tests as pytest runs them."""
    by_file: dict[str, list[One]] = {}
    for one in compared(count):
        by_file.setdefault(one.test.partition("::")[0], []).append(one)
    for name, found in by_file.items():
        functions = [one for one in found if one.number % PARAMETERS == 0]
        written = [
            _TEST.format(
                name=_name(one.number // PARAMETERS).removeprefix("test_"),
                parameters=min(PARAMETERS, count - one.number),
                first=one.number,
                fails_one_in=FAILS_ONE_IN,
                failing=FAILS_ONE_IN // 2,
            )
            for one in functions
        ]
        (folder / name).write_text(_MODULE + "".join(written))
    named = {one.test: one.requirement for one in compared(count)}
    (folder / "requirements.json").write_text(json.dumps(named))
    (folder / "wire.json").write_text(json.dumps(WIRE))
    (folder / "conftest.py").write_text(CONFTEST)
    (folder / "pytest.ini").write_text("[pytest]\nlog_level = INFO\n")


def write_records(folder: Path, count: int) -> Path:
    """The same tests as the rig recorded them."""
    results = [
        result(
            one.test,
            Verdict.FAIL if one.fails else Verdict.PASS,
            requirements=(one.requirement,),
            reason="the door stayed locked" if one.fails else "",
            vehicle=VEHICLE,
        )
        for one in compared(count)
    ]
    known = tuple(requirement(f"DK-BULK-{n:03}") for n in range(REQUIREMENTS))
    visits = [_visit(one.test) for one in compared(count)]
    return write_run(folder, results, visits, requirements=known)


def _visit(test: str) -> VisitRecord:
    steps = _steps()
    marks = {"presence": 0, "selected": steps[0].received_ns, "feedback": steps[-1].received_ns}
    return VisitRecord(test, 1, 1, "driver_handle", "unlocked", "Owner key.", marks, steps)


@cache
def _steps() -> tuple[StepRecord, ...]:
    return tuple(
        StepRecord(
            name=name_of(bytes.fromhex(command)),
            device="driver_handle",
            sent_ns=(at * 60 + 4) * MS,
            received_ns=(at * 60 + 50) * MS,
            command=command.lower(),
            response=answer.lower(),
            error="",
            fields=tuple(
                FieldRecord(e.level, e.label, e.value, e.note)
                for e in dissect(bytes.fromhex(command), bytes.fromhex(answer))
            ),
        )
        for at, (command, answer) in enumerate(WIRE)
    )
