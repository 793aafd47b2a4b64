"""A measurement knows the phone that it is of, where the test had one alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.rig.plugin.conftest import Desk

TESTS = """
def taken(measure):
    with measure("tap", unit="ms").once() as tap:
        tap.takes(1.0)


def test_one(owner_phone, measure): taken(measure)
def test_card(key_card, measure): taken(measure)
def test_two(owner_phone, friend_phone, measure): taken(measure)
def test_none(measure): taken(measure)
def test_found(phone_of, measure):
    phone_of(__import__("drivers.api.sharing").api.sharing.Platform.PIXEL)
    taken(measure)
"""


def test_a_measurement_names_the_phone_or_card_that_its_test_had(desk: Desk) -> None:
    desk.write_whole_bench()
    desk.write_plan("test_it.py", TESTS)
    outcome = desk.run("--plan=plan.yaml", bench="whole.yaml")
    found = {r.test.partition("::test_")[2]: r.measurements for r in outcome.run.results}
    devices = {name: measured[0].device for name, measured in found.items()}
    assert devices == {
        "one": "owner_phone",
        "card": "key_card",
        "two": "",
        "none": "",
        "found": "friend_phone",
    }
