"""The operator at a real terminal: asked, answering, late, declining, absent, interrupting."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from drivers.api.operator import Answer
from tests.architecture.source_tree import PROJECT
from tests.drivers.operator.person import CTRL_C, Person

BEGIN = """
from drivers.api.errors import *
from drivers.api.secret_text import SecretText
from drivers.operator.terminal import TerminalOperator
operator = TerminalOperator(deadline_s=20)
operator.name = "operator"
"""


def test_the_answer_carries_text_initials_and_time() -> None:
    program = """
answer = operator.ask("Is the lamp lit?", "yes", "no")
print(answer.text, answer.initials, answer.at.tzinfo, 0 < answer.waited_s < 20)
print(operator.identity().serial)
"""
    with Person(BEGIN + program) as person:
        person.introduces("ab")
        asked = person.reads("done] ")
        assert "Is the lamp lit?" in asked
        assert "2  no" in asked
        person.types("2")
        assert person.result() == (0, "no ab UTC True\nab\n")


def test_initials_are_asked_once_a_run_and_must_be_given() -> None:
    program = 'print([operator.ask(w).initials for w in ("First.", "Second.")])'
    with Person(BEGIN + program) as person:
        person.reads("Your initials: ")
        person.types("")
        person.reads("Your initials: ")
        person.types("xy")
        person.reads("First.")
        person.types("")
        person.reads("Second.")
        person.types("")
        assert person.result() == (0, "['xy', 'xy']\n")
        assert person.seen.count("initials") == 2


def test_a_choice_is_named_by_number_or_word_and_asked_again_otherwise() -> None:
    program = """
print([operator.ask(f"Question {n}", "pressed", "it is not there").text for n in range(2)])
"""
    with Person(BEGIN + program) as person:
        person.introduces("ab")
        person.reads("done] ")
        person.types("3")
        person.reads("done] ")
        person.types("IT IS NOT THERE")
        person.reads("Question 1")
        person.reads("done] ")
        person.types("1")
        assert person.result() == (0, "['it is not there', 'pressed']\n")


def test_a_person_who_cannot_do_it_says_why() -> None:
    program = """
try:
    operator.ask("Lay the second fob into the vehicle.")
except OperatorDeclined as exc:
    print(exc)
"""
    with Person(BEGIN + program) as person:
        person.introduces("ab")
        person.reads("done] ")
        person.types("! there is only one")
        assert person.result() == (0, "operator: there is only one\n")


def test_an_answer_that_does_not_come_is_a_time_out_with_no_word_of_the_request() -> None:
    program = """
operator = TerminalOperator(deadline_s=1.0)
try:
    operator.ask("Type the code.", secret=SecretText("4711-0815"))
except OperatorAbsent as exc:
    print(exc)
"""
    with Person(BEGIN + program) as person:
        person.introduces("ab")
        person.reads("too late")
        assert person.result() == (0, "no answer from the operator within 1 s\n")


def test_a_secret_is_shown_on_the_terminal_and_nowhere_else() -> None:
    program = """
answer = operator.ask("Type the code on both.", secret=SecretText("4711-0815"))
print(answer, len(answer.text))
"""
    with Person(BEGIN + program) as person:
        person.introduces("ab")
        person.reads("4711-0815")
        person.reads("done] ")
        person.types("4711-0815")
        status, output = person.result()
    assert status == 0
    assert "4711" not in output
    assert output.endswith(" 9\n")


def test_what_was_typed_before_the_request_does_not_answer_it() -> None:
    program = """
print(operator.ask("Ready?").text)
os.write(os.open("/dev/tty", os.O_WRONLY), b"type ahead now")
import select; select.select([0], [], [])
print(operator.ask("Which number?").text)
"""
    with Person(BEGIN + program) as person:
        person.introduces("ab")
        person.reads("Ready?")
        person.types("begin")
        person.reads("type ahead now")
        person.types("too early")
        person.reads("Which number?")
        person.reads("done] ")
        person.types("seven")
        assert person.result() == (0, "begin\nseven\n")


def test_control_characters_of_a_request_do_not_reach_the_terminal() -> None:
    program = r"""
operator.ask("Pro\x1b]0;file\x07", secret=SecretText("\x1b[2J"))
"""
    with Person(BEGIN + program) as person:
        person.introduces("ab")
        person.reads("done] ")
        person.types("")
        assert person.result()[0] == 0
        assert "\x1b" not in person.seen


def test_control_c_interrupts_the_program_and_leaves_the_terminal_alone() -> None:
    program = """
import termios
before = termios.tcgetattr(0)
try:
    operator.ask("Wait.")
except KeyboardInterrupt:
    print("interrupted", termios.tcgetattr(0) == before)
print(operator.ask("And now?").text)
"""
    with Person(BEGIN + program) as person:
        person.introduces("ab")
        person.reads("done] ")
        person.presses(CTRL_C)
        person.reads("And now?")
        person.types("fine")
        assert person.result() == (0, "interrupted True\nfine\n")


def test_when_the_terminal_is_closed_nobody_is_there() -> None:
    program = """
import signal
signal.signal(signal.SIGHUP, signal.SIG_IGN)
try:
    operator.ask("Wait.")
except OperatorAbsent as exc:
    print(type(exc).__name__)
"""
    with Person(BEGIN + program) as person:
        person.introduces("ab")
        person.reads("done] ")
        person.hangs_up()
        assert person.result() == (0, "OperatorAbsent\n")


def test_whoever_draws_on_the_terminal_is_held_still_meanwhile() -> None:
    program = """
from contextlib import contextmanager
@contextmanager
def still():
    print("still")
    yield
    print("on again")
operator.around = still
print(operator.ask("Wait.").text or "done")
"""
    with Person(BEGIN + program) as person:
        person.introduces("ab")
        person.reads("done] ")
        person.types("")
        assert person.result() == (0, "still\non again\ndone\n")


def test_with_no_terminal_there_is_nobody_to_ask() -> None:
    program = """
with operator:
    print(operator.self_test())
    try:
        operator.ask("Anybody there?")
    except OperatorAbsent as exc:
        print(exc)
"""
    done = subprocess.run(
        [sys.executable, "-c", BEGIN + program],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        start_new_session=True,
        cwd=PROJECT,
        check=True,
    )
    tested, asked = done.stdout.splitlines()
    assert "ok=False" in tested
    assert asked == (
        "operator: no terminal to ask the operator on: start the run from a terminal, or take "
        "this operator out of the bench file"
    )


def test_a_run_in_the_background_of_its_terminal_is_refused_and_not_stopped() -> None:
    program = """
if os.fork() == 0:
    os.setpgid(0, 0)  # as a shell does with what ends in "&"
    print(operator.self_test()[0].ok, flush=True)
    try:
        operator.ask("Anybody there?")
    except OperatorAbsent as exc:
        print(exc, flush=True)
    os._exit(0)
print(os.wait()[1])
"""
    with Person(BEGIN + program) as person:
        status, output = person.result()
    assert status == 0
    assert output == (
        "False\noperator: this run is in the background of its terminal; bring it to the front "
        "(fg)\n0\n"
    )


def test_the_deadline_holds_on_a_terminal_that_was_stopped() -> None:
    program = """
operator.ask("Ready?")
operator = TerminalOperator(deadline_s=0.5)
os.write(os.open("/dev/tty", os.O_WRONLY), b"stop it now")
import select; select.select([0], [], [])
os.read(0, 99)
try:
    operator.ask("Anybody there?")
except OperatorAbsent as exc:
    print(exc)
"""
    with Person(BEGIN + program) as person:
        person.introduces("ab")
        person.reads("done] ")
        person.types("")
        person.reads("stop it now")
        person.types("\x13")  # Ctrl-S
        assert person.result() == (0, "no answer from the operator within 0.5 s\n")


def test_a_test_whose_output_pytest_captures_can_ask(tmp_path: Path) -> None:
    test = tmp_path / "test_asks.py"
    test.write_text(f"""{BEGIN}
def test_asks():
    print("captured")
    assert operator.ask("Is it red?", "yes", "no").text == "yes"
""")
    arguments = ["-q", "-p", "no:cacheprovider", str(test)]
    program = f"import pytest, sys; sys.exit(pytest.main({arguments!r}))"
    with Person(program, tmp_path) as person:
        person.introduces("ab")
        person.reads("Is it red?")
        person.types("yes")
        status, output = person.result()
    assert status == 0, output
    assert "1 passed" in output
    assert "Is it red?" not in output
    assert "captured" not in person.seen


def test_an_answer_does_not_print_its_text() -> None:
    answer = Answer("4711-0815", "ab", datetime.now(UTC), 1.0)
    assert "4711" not in repr(answer)
