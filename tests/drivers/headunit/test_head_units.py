"""Displays: the virtual one and the one in words keep the same contract."""

from __future__ import annotations

import pytest

from drivers.api.errors import ActionRefused
from drivers.api.head_unit import HeadUnit, Screen
from drivers.api.secret_text import SecretText
from drivers.headunit.operator import OperatorHeadUnit
from drivers.sim.head_unit import VirtualHeadUnit
from tests.drivers.operator.scripted import ScriptedOperator

SCREEN = Screen("Add Key", ("Cancel",), "Place the phone in the tray.", "pairing token")
TOKEN = SecretText("4711-0815")


def virtual() -> HeadUnit:
    return VirtualHeadUnit()


def in_words() -> HeadUnit:
    return OperatorHeadUnit(ScriptedOperator(("[Cancel]", "pressed"), ("token", "4711-0815")))


@pytest.mark.parametrize("made", [virtual, in_words])
def test_what_is_shown_can_be_pressed_and_typed(made: type[HeadUnit]) -> None:
    with made() as display:
        display.show(SCREEN)
        display.press("Cancel")
        assert display.type_in(TOKEN) == TOKEN


@pytest.mark.parametrize("made", [virtual, in_words])
def test_what_is_not_shown_cannot(made: type[HeadUnit]) -> None:
    with made() as display:
        display.name = "head_unit"
        display.show(Screen("Home", ("Keys",)))
        with pytest.raises(ActionRefused, match="head_unit: 'Cancel' is not on the display"):
            display.press("Cancel")
        with pytest.raises(ActionRefused, match="asks for nothing"):
            display.type_in(TOKEN)


def test_the_person_reads_all_of_the_screen() -> None:
    for part in ("Add Key", "Place the phone", "[Cancel]", "pairing token", "Press 'Cancel'"):
        display = OperatorHeadUnit(ScriptedOperator((part, "pressed")))
        display.show(SCREEN)
        display.press("Cancel")


def test_what_the_person_does_not_see_is_refused() -> None:
    display = OperatorHeadUnit(ScriptedOperator(("Cancel", "it is not there")))
    display.show(SCREEN)
    with pytest.raises(ActionRefused, match="does not see"):
        display.press("Cancel")


def test_what_the_person_really_types_counts_and_the_secret_is_no_part_of_the_request() -> None:
    person = ScriptedOperator(("Type in", "4711-9999"))
    display = OperatorHeadUnit(person)
    display.show(SCREEN)
    assert display.type_in(TOKEN) == SecretText("4711-9999")
    assert person.secrets == [TOKEN]
