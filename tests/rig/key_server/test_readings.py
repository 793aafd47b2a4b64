"""Readings by name: what a plan may choose, what is refused, and what a report states."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from rig.key_server.eligibility import Feature
from rig.key_server.errors import NotAuthorised
from rig.key_server.invitations import CodeEntry
from rig.key_server.keys import Authority, Functions
from rig.key_server.reading_choices import described, readings_from
from rig.key_server.readings import Counting, KeyKind, ReadingError, Readings, SetupKeys
from rig.key_server.vehicles import Variant
from tests.rig.key_server.conftest import MakeLab

CHOSEN: dict[str, Any] = {
    "counting": {"scope": "account", "pending": False},
    "limits": {"digital_key": 3},
    "full_function": "on_acceptance",
    "code_by_default": "vehicle",
    "shared_keys_on_replacement": "re_invite",
    "ends_pre_deletion": ["digital", "fob"],
    "pre_deletion_use": "unlock",
    "deletes_in_vehicle": "anyone",
    "setup_keys": ["two_fobs"],
    "setup_card_by": "delivered",
    "shared_keys_without_main_key": "deleted",
    "code_tries": 5,
    "invitation_lifetime": "36 hours",
    "shared_key_validity": "1 day",
    "pairing_lifetime": "90 seconds",
    "scrypt_n": 32768,
}
READ = Readings(
    counting=Counting(scope="account", pending=False),
    limits={Variant.DIGITAL_KEY: 3, Variant.DIGITAL_KEY_PLUS: 18},
    full_function="on_acceptance",
    code_by_default="vehicle",
    shared_keys_on_replacement="re_invite",
    ends_pre_deletion=frozenset({KeyKind.DIGITAL, KeyKind.FOB}),
    pre_deletion_use="unlock",
    deletes_in_vehicle="anyone",
    setup_keys=frozenset({SetupKeys.TWO_FOBS}),
    setup_card_by="delivered",
    shared_keys_without_main_key="deleted",
    code_tries=5,
    invitation_lifetime=timedelta(hours=36),
    shared_key_validity=timedelta(days=1),
    pairing_lifetime=timedelta(seconds=90),
    scrypt_n=32768,
)


def test_a_plan_chooses_readings_by_name() -> None:
    assert readings_from(CHOSEN) == READ
    assert readings_from({}) == Readings()


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"full_funktion": "on_screen"}, "no reading full_funktion; did you mean full_function?"),
    ({"xyz": 1}, "no reading xyz; there are counting, limits,"),
    ({"counting": {"pendng": True}}, "no reading counting.pendng; did you mean counting.pending?"),
    ({"counting": True}, "counting must be a mapping"),
    ({"counting": {"pending": 1}}, "counting.pending is 1; it must be true or false"),
    ({"full_function": "later"}, "is 'later'; it may be on_acceptance, on_screen"),
    ({"full_function": True}, "is True; it may be on_acceptance"),
    ({"code_by_default": None}, "it may be none, phone, vehicle, either"),
    ({"ends_pre_deletion": "fob"}, "it must be a list of digital, fob, card"),
    ({"ends_pre_deletion": ["watch"]}, "is 'watch'; it may be digital, fob, card"),
    ({"limits": {"other": 3}}, "it names digital_key, digital_key_plus"),
    ({"limits": {"digital_key": -1}}, "limits.digital_key is -1; it must be a whole number"),
    ({"limits": 5}, "it names digital_key"),
    ({"code_tries": True}, "it must be a whole number"),
    ({"code_tries": 0}, "code_tries is 0; there must be one at least"),
    ({"invitation_lifetime": 7}, "a duration is written 30 minutes"),
    ({"invitation_lifetime": "7"}, "a duration is written 30 minutes"),
    ({"token_lifetime": "0 days"}, "a duration is written 30 minutes"),
    ({"scrypt_n": 5000}, "scrypt cost 5000 is no power of two"),
    ({"scrypt_r": 0}, "scrypt r 0"),
]


@pytest.mark.parametrize(("chosen", "complaint"), REFUSED)
def test_what_is_no_reading_is_refused_with_what_there_is(
    chosen: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(ReadingError) as refusal:
        readings_from(chosen)
    assert complaint in str(refusal.value)


@pytest.mark.parametrize(
    "meaningless",
    [
        {"limits": {Variant.DIGITAL_KEY: 5}},
        {"pairing_lifetime": timedelta(0)},
        {"shared_key_validity": timedelta(milliseconds=1)},
    ],
)
def test_readings_made_in_code_are_checked_too(meaningless: dict[str, Any]) -> None:
    with pytest.raises(ReadingError):
        Readings(**meaningless)


def test_a_report_states_each_ambiguity_with_the_reading_chosen() -> None:
    found = {each.name: each for each in described(READ)}
    assert [each.ambiguity for each in described(READ)] == sorted(
        each.ambiguity for each in described(READ)
    )
    chosen = found["full_function"]
    assert (chosen.ambiguity, chosen.chosen) == ("AMB-04", "on_acceptance")
    assert chosen.alternatives == ("on_screen",)
    assert "start the vehicle" in chosen.meaning
    assert (found["counting.pending"].chosen, found["counting.pending"].alternatives) == (
        "no",
        ("yes",),
    )
    assert found["ends_pre_deletion"].chosen == "digital, fob"
    assert found["ends_pre_deletion"].alternatives == ("any others of digital, fob, card",)
    assert found["mixed_pairs"].alternatives == ()


def test_every_ambiguity_with_a_reading_is_named() -> None:
    named = {each.ambiguity for each in described(Readings())}
    choices = {"03", "04", "05", "07", "08", "09", "14", "17", "34", "35"}
    fixed = {"12", "26", "28", "29", "30", "35", "36", "43"}
    assert named == {f"AMB-{number}" for number in choices | fixed}
    assert all(each.meaning and each.chosen for each in described(Readings()))
    assert len({(each.ambiguity, each.name) for each in described(Readings())}) == len(
        described(Readings())
    )


def test_a_code_that_the_phone_leaves_open_follows_the_reading(make_lab: MakeLab) -> None:
    for default in CodeEntry:
        lab = make_lab(readings_from({"code_by_default": default.value}))
        sent = lab.invite(lab.pair(), code=None)
        assert sent.invitation.offer.code is default
        assert (sent.code is None) is (default is CodeEntry.NONE)


@pytest.mark.parametrize(
    ("use", "functions"),
    [
        ("as_before", Functions.ALL),
        ("unlock", Functions.UNLOCK),
        ("nothing", Functions.NONE),
    ],
)
def test_what_a_key_in_pre_deletion_may_do_follows_the_reading(
    make_lab: MakeLab, use: str, functions: Functions
) -> None:
    readings = readings_from({"pre_deletion_use": use, "full_function": "on_acceptance"})
    lab = make_lab(readings)
    main = lab.pair()
    friend = lab.share(main)
    lab.server.revocation.by_owner(main.key_id, friend.key_id)
    held = {entry.key_id: entry.functions for entry in lab.report().keys}
    assert held == {main.key_id: Functions.ALL, friend.key_id: functions}


def test_who_deletes_in_the_vehicle_follows_the_reading(make_lab: MakeLab) -> None:
    for reading in ("main_key_or_fob", "anyone"):
        lab = make_lab(readings_from({"deletes_in_vehicle": reading}))
        friend = lab.share(lab.pair())
        if reading == "anyone":
            lab.server.revocation.in_vehicle(friend.key_id, Authority.NOTHING)
            assert friend.key_id not in lab.held()
        else:
            with pytest.raises(NotAuthorised):
                lab.server.revocation.in_vehicle(friend.key_id, Authority.NOTHING)


def test_the_setup_card_goes_by_model_year_or_by_delivery(make_lab: MakeLab) -> None:
    for reading, offered in (("model_year", True), ("delivered", False)):
        lab = make_lab(readings_from({"setup_card_by": reading}))  # of 2026, delivered without
        assert lab.server.vehicles.decide(lab.vehicle_id, Feature.SETUP_CARD).offered is offered
