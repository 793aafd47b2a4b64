"""The person at the bench is asked in the middle of a run, on the terminal that shows it."""

from __future__ import annotations

import subprocess
import sys

from rig.records.journal import read_run
from rig.records.verdict import Verdict
from tests.drivers.operator.person import Person
from tests.rig.plugin.conftest import BENCH, MARK, ROOT, Desk

_REDRAWS_S = 0.5  # several redraws of the live line would fall into this
ASKING = """
def test_asks(bench):
    assert bench.devices["operator"].ask("Is it red?", "yes", "no").text == "yes"
"""


MEASURING = """
from rig.measure.timeline import Occurrence

class Now:
    def __init__(self, clock): self.clock = clock
    def wait(self, timeout_s=1.0): return Occurrence(self.clock.now_ns())

def test_measures(bench, measure):
    with measure("waited", unit="s").once() as sample:
        sample.starts()
        answer = bench.devices["operator"].ask("Is it red?", "yes", "no")
        sample.ends_with(Now(bench.devices["world"].clock))
    assert answer.waited_s > 0.5
"""


def program(desk: Desk, source: str = ASKING, options: str = "") -> str:
    """A run of a plan that asks; ``options`` are those of the operator."""
    operator = f"  operator: {{driver: operator.terminal{options}}}\n"
    desk.write("tiny.yaml", BENCH.replace("vehicle:", f"{operator}vehicle:"))
    desk.write("test_it.py", MARK + source)
    desk.write("plan.yaml", "title: A plan\ntests: [test_it.py]\n")
    arguments = ["-c", str(ROOT / "pyproject.toml"), f"--rootdir={desk.folder}", "--noconftest"]
    arguments += ["-p", "rig.plugin", "-p", "no:cacheprovider", "-o", f"pythonpath={ROOT}"]
    arguments += ["-o", "testpaths=", "--bench=tiny.yaml", "--plan=plan.yaml", "--run-dir=run"]
    return f"import pytest, sys; sys.exit(pytest.main({arguments!r}))"


def start(desk: Desk, source: str = ASKING, options: str = "") -> Person:
    """That run, on a terminal."""
    return Person(program(desk, source, options), desk.folder, on_screen=True)


def test_the_live_line_holds_still_while_the_person_is_asked(desk: Desk) -> None:
    with start(desk) as person:
        person.introduces("ab")
        person.reads("if it cannot be done] ")
        assert person.is_left_alone(_REDRAWS_S)
        person.types("yes")
        shown = person.reads_to_the_end()
        status, _ = person.result()
    assert status == 0, shown
    assert [r.verdict for r in read_run(desk.folder / "run").results] == [Verdict.PASS]
    assert "A plan" in shown


def test_a_person_who_cannot_do_it_leaves_the_test_inconclusive(desk: Desk) -> None:
    with start(desk) as person:
        person.introduces("ab")
        person.reads("if it cannot be done] ")
        person.types("! no lamp here")
        person.reads_to_the_end()
    (result,) = read_run(desk.folder / "run").results
    assert result.verdict is Verdict.INCONCLUSIVE
    assert "no lamp here" in result.reason


TWICE = (
    ASKING
    + """
def test_asks_nothing():
    pass
"""
)


def test_without_a_terminal_what_asks_is_inconclusive_and_the_run_goes_on(desk: Desk) -> None:
    done = subprocess.run(
        [sys.executable, "-c", program(desk, TWICE)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        cwd=desk.folder,
        start_new_session=True,  # which leaves the terminal of whoever runs this
        check=False,
    )
    asks, other = read_run(desk.folder / "run").results
    assert asks.verdict is Verdict.INCONCLUSIVE, done.stdout
    assert "no terminal to ask the operator on: start the run from a terminal" in asks.reason
    assert other.verdict is Verdict.PASS


def test_an_answer_that_does_not_come_in_time_leaves_it_inconclusive(desk: Desk) -> None:
    with start(desk, TWICE, ", deadline_s: 1") as person:
        person.introduces("ab")
        person.reads("too late")
        person.reads_to_the_end()
    asks, other = read_run(desk.folder / "run").results
    assert asks.verdict is Verdict.INCONCLUSIVE
    assert "no answer from the operator within 1 s" in asks.reason
    assert other.verdict is Verdict.PASS


def test_the_time_that_a_person_takes_is_in_no_measurement(desk: Desk) -> None:
    with start(desk, MEASURING) as person:
        person.introduces("ab")
        person.reads("if it cannot be done] ")
        assert person.is_left_alone(0.6)  # they think it over
        person.types("yes")
        shown = person.reads_to_the_end()
    (result,) = read_run(desk.folder / "run").results
    assert result.verdict is Verdict.PASS, shown
    (found,) = result.measurements
    assert found.samples[0] < found.phases["person asked"][0]
    assert found.phases["person asked"][0] > 0.6
