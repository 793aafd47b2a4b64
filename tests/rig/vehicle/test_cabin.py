"""The cabin: what lies inside, in whose name the menus are used, and what a set-up needs."""

from __future__ import annotations

import pytest

from drivers.api.clock import SystemClock
from drivers.api.operator import Operator
from rig.key_server.keys import Authority
from rig.key_server.readings import SetupKeys
from rig.key_server.vehicles import Artefact
from rig.measure.outcomes import Inconclusive
from rig.vehicle.cabin import Cabin
from rig.vehicle.keyring import Key, KeyState
from tests.drivers.operator.scripted import ScriptedOperator
from tests.rig.vehicle.periphery import keyring

FIRST, SECOND = Artefact.FIRST_FOB, Artefact.SECOND_FOB
SETUP, SERVICE = Artefact.SETUP_CARD, Artefact.SERVICE_CARD


def cabin(
    *delivered: Artefact, keys: tuple[Key, ...] = (), operator: Operator | None = None
) -> Cabin:
    return Cabin(SystemClock(), delivered or tuple(Artefact), lambda: keys, operator)


def key(name: str, state: KeyState = KeyState.ACTIVE) -> Key:
    found = keyring().named(name)
    found.state = state
    return found


@pytest.mark.parametrize(
    ("things", "keys", "authority"),
    [
        pytest.param((), (), Authority.NOTHING, id="nothing"),
        pytest.param((SETUP, SERVICE), (), Authority.NOTHING, id="cards are none"),
        pytest.param((), ("friend",), Authority.SHARED_KEY, id="shared key"),
        pytest.param((), ("card",), Authority.NOTHING, id="service card"),
        pytest.param((), ("friend", "owner"), Authority.MAIN_KEY, id="main key"),
        pytest.param((SECOND,), ("owner",), Authority.FOB, id="fob before main key"),
    ],
)
def test_the_most_that_lies_inside_is_the_authority(
    things: tuple[Artefact, ...], keys: tuple[str, ...], authority: Authority
) -> None:
    inside = cabin(keys=tuple(key(name) for name in keys))
    for thing in things:
        inside.put(thing)
    assert inside.authority() is authority


def test_a_main_key_that_has_ended_is_no_authority() -> None:
    assert cabin(keys=(key("owner", KeyState.DELETED),)).authority() is Authority.NOTHING


@pytest.mark.parametrize(
    ("inside", "either", "two_fobs", "fob_and_card"),
    [
        pytest.param((), False, False, False, id="none"),
        pytest.param((FIRST,), False, False, False, id="one fob"),
        pytest.param((SETUP,), False, False, False, id="setup card"),
        pytest.param((FIRST, SERVICE), False, False, False, id="fob and service card"),
        pytest.param((FIRST, SECOND), True, True, False, id="two fobs"),
        pytest.param((SECOND, SETUP), True, False, True, id="fob and setup card"),
        pytest.param((FIRST, SECOND, SETUP), True, True, True, id="all"),
    ],
)
def test_what_a_set_up_needs_inside_under_each_reading(
    inside: tuple[Artefact, ...],
    either: bool,
    two_fobs: bool,
    fob_and_card: bool,
) -> None:
    place = cabin()
    for thing in inside:
        place.put(thing)
    readings = (tuple(SetupKeys), (SetupKeys.TWO_FOBS,), (SetupKeys.FOB_AND_CARD,))
    expected = zip(readings, (either, two_fobs, fob_and_card), strict=True)
    for reading, enough in expected:
        place.reading = reading
        assert (place.lacks_for_setup() == "") is enough


def test_what_lacks_is_named_as_far_as_the_vehicle_has_it() -> None:
    assert cabin(FIRST, SETUP).lacks_for_setup() == "first fob and setup card"
    assert cabin(FIRST, SECOND).lacks_for_setup() == "first fob and second fob"


def test_one_fob_and_a_key_card_do_where_nothing_else_was_delivered() -> None:
    place = cabin(FIRST, SERVICE)
    place.put(FIRST)
    assert place.lacks_for_setup() == "first fob and service card"
    place.put(SERVICE)
    assert place.lacks_for_setup() == ""


def test_what_was_not_delivered_cannot_be_put_inside() -> None:
    with pytest.raises(Inconclusive, match="second fob"):
        cabin(FIRST, SETUP).put(SECOND)


def test_things_come_and_go() -> None:
    place = cabin()
    place.put(SETUP)
    place.put(FIRST)
    assert place.found() == ("first_fob", "setup_card")
    place.take_out(SETUP)
    place.take_out(SETUP)
    assert place.found() == ("first_fob",)


def test_the_evidence_of_a_kept_storage_names_what_was_outside() -> None:
    place = cabin(FIRST, SETUP, SERVICE)
    place.put(SERVICE)  # may lie in the vehicle, switched off
    evidence = place.outside()
    assert evidence.kept
    assert (evidence.outside, evidence.attested_by) == (("first_fob", "setup_card"), "rig")
    evidence.require()


def test_what_was_inside_for_a_moment_spoils_the_run_until_the_next_reset() -> None:
    place = cabin()
    place.put(SETUP)
    place.take_out(SETUP)
    evidence = place.outside()
    assert evidence.entered == ("setup_card",)
    with pytest.raises(Inconclusive, match="setup_card"):
        evidence.require()
    place.reset()
    assert place.outside().kept


def test_the_evidence_can_begin_after_a_set_up_that_needed_the_keys_inside() -> None:
    place = cabin()
    place.put(FIRST)
    place.put(SETUP)
    place.take_out(SETUP)
    place.watch()
    assert place.outside().entered == ("first_fob",), "it still lies there"
    place.take_out(FIRST)
    place.watch()
    assert place.outside().kept


def test_another_equipment_leaves_inside_what_came_with_it() -> None:
    place = cabin(FIRST, SECOND, SETUP)
    place.put(SECOND)
    place.put(SETUP)
    place.equip((FIRST, SETUP))
    assert place.found() == ("setup_card",)
    with pytest.raises(Inconclusive, match="second fob"):
        place.put(SECOND)


def test_a_reset_takes_everything_out() -> None:
    place = cabin()
    place.put(FIRST)
    place.reset()
    assert place.found() == ()


def test_a_person_moves_real_things_and_attests_for_them() -> None:
    person = ScriptedOperator(
        ("first fob, setup card", "yes"), ("Lay the first fob", ""), ("Take the first fob", "")
    )
    place = cabin(FIRST, SETUP, SERVICE, operator=person)
    evidence = place.outside()
    assert (evidence.kept, evidence.attested_by, evidence.at) == (True, "ab", person.at)
    place.put(FIRST)
    place.put(FIRST)
    place.take_out(FIRST)
    person.was_asked_all()


def test_a_person_who_does_not_attest_spoils_the_run() -> None:
    evidence = cabin(FIRST, SETUP, operator=ScriptedOperator(("outside", "no"))).outside()
    assert not evidence.kept
    assert evidence.entered == ("first_fob", "setup_card")
