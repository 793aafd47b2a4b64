"""Each request at the terminal is told to the run: answer, refusal, photos, and what is private."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from drivers.api.operator import Asked
from tests.drivers.operator.person import CTRL_C, Person
from tests.drivers.operator.test_terminal_operator import BEGIN

LISTENING = (
    BEGIN
    + """
def hear(a):
    print(a.request, a.choices, a.text, a.initials, a.declined, a.private, sep="|")
    print([str(p) for p in a.photos], a.at.tzinfo, 0 < a.waited_s < 20)
operator.heard = hear
"""
)


def test_an_answer_is_heard_with_its_request() -> None:
    with Person(LISTENING + 'operator.ask("Is it lit?", "yes", "no")') as person:
        person.introduces("ab")
        person.reads("done] ")
        person.types("1")
        assert person.result() == (0, "Is it lit?|('yes', 'no')|yes|ab||False\n[] UTC True\n")


def test_a_refusal_is_heard_with_its_reason() -> None:
    program = """
try: operator.ask("Hold it to the handle.")
except OperatorDeclined: pass
"""
    with Person(LISTENING + program) as person:
        person.introduces("ab")
        person.reads("done] ")
        person.types("! no phone here")
        status, heard = person.result()
    assert status == 0
    assert heard.startswith("Hold it to the handle.|()||ab|operator: no phone here|False\n")


def test_an_interrupted_request_is_no_answer() -> None:
    with Person(LISTENING + 'operator.ask("Wait.")') as person:
        person.introduces("ab")
        person.reads("done] ")
        person.presses(CTRL_C)
        _, heard = person.result()
    assert "Wait.|()||ab|KeyboardInterrupt|False\n" in heard


@pytest.mark.parametrize(
    ("ask", "private"),
    [
        ('operator.ask("Which code?", private=True)', True),
        ('operator.ask("Type it.", secret=SecretText("4711"))', True),
        ('operator.ask("Type it.", "done", secret=SecretText("4711"))', False),
        ('operator.ask("What does it say?")', False),
    ],
)
def test_a_typed_code_is_private_and_a_choice_is_not(ask: str, *, private: bool) -> None:
    with Person(LISTENING + ask) as person:
        person.introduces("ab")
        person.reads("done] ")
        person.types("done")
        _, heard = person.result()
    assert heard.splitlines()[0].endswith(str(private))


def test_photos_are_added_before_the_answer(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"1")
    (tmp_path / "b c.jpg").write_bytes(b"2")
    with Person(LISTENING + 'operator.ask("Show it.", "yes", "no")', tmp_path) as person:
        person.introduces("ab")
        for typed, answered in (
            ("+ a.jpg", "added"),
            ("+ none.jpg", "there is no such file"),
            ("+b c.jpg", "added"),
        ):
            person.reads("done] ")
            person.types(typed)
            person.reads(answered)
        person.reads("done] ")
        person.types("yes")
        _, heard = person.result()
    assert f"['{tmp_path}/a.jpg', '{tmp_path}/b c.jpg']" in heard


def test_what_was_typed_does_not_print() -> None:
    asked = Asked("Which code?", (), "4711", "ab", datetime(2026, 3, 2, tzinfo=UTC), 1.0)
    assert "4711" not in repr(asked)
