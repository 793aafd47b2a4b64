"""What a shared key's restrictions, its activation and its revocation leave it, as tables."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from drivers.api.sharing import Area, Hours, Restrictions
from rig.digital_key.crypto import PrivateKey
from rig.digital_key.messages import Outcome
from rig.digital_key.profiles import Purpose
from rig.vehicle.body import Power
from rig.vehicle.keys import Key, KeyState
from rig.vehicle.policy import Circumstances, decide
from rig.vehicle.readings import VehicleReadings

PUBLIC = PrivateKey.generate().public
OFFICE = Hours(time(9), time(17))
NIGHT = Hours(time(22), time(6), frozenset({4}))  # Friday night, to Saturday morning
FRIDAY, SATURDAY, SUNDAY = 20, 21, 22  # of November 2026


def judged(
    when: datetime, purpose: Purpose = Purpose.UNLOCK, about: Any = None, **fields: Any
) -> Outcome:
    key = Key("k", "friend", b"\x01", PUBLIC, **fields)
    return decide(key, purpose, Circumstances(when, (), Power.OFF, **(about or {}))).outcome


def on(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize("purpose", [Purpose.UNLOCK, Purpose.LOCK, Purpose.START_FIRST])
@pytest.mark.parametrize(
    ("hours", "when", "within"),
    [
        (OFFICE, on(FRIDAY, 8, 59), False),
        (OFFICE, on(FRIDAY, 9), True),
        (OFFICE, on(FRIDAY, 9, 1), True),
        (OFFICE, on(FRIDAY, 16, 59), True),
        (OFFICE, on(FRIDAY, 17), False),
        (OFFICE, on(FRIDAY, 17, 1), False),
        (NIGHT, on(FRIDAY, 21, 59), False),
        (NIGHT, on(FRIDAY, 22), True),
        (NIGHT, on(SATURDAY, 5, 59), True),
        (NIGHT, on(SATURDAY, 6), False),
        (NIGHT, on(SATURDAY, 23), False),
        (NIGHT, on(FRIDAY, 5), False),
        (NIGHT, on(SUNDAY, 5), False),
    ],
)
def test_hours_begin_and_end(hours: Hours, when: datetime, within: bool, purpose: Purpose) -> None:
    outcome = judged(when, purpose, restrictions=Restrictions(hours=(hours,)))
    assert outcome is (Outcome.SUCCESS if within else Outcome.KEY_EXPIRED)


def test_any_of_several_windows_will_do() -> None:
    both = Restrictions(hours=(OFFICE, NIGHT))
    assert judged(on(FRIDAY, 10), restrictions=both) is Outcome.SUCCESS
    assert judged(on(FRIDAY, 23), restrictions=both) is Outcome.SUCCESS
    assert judged(on(FRIDAY, 20), restrictions=both) is Outcome.KEY_EXPIRED


def test_hours_are_the_vehicles_local_time() -> None:
    munich = {"readings": VehicleReadings(zone=ZoneInfo("Europe/Berlin"))}
    office = Restrictions(hours=(OFFICE,))
    assert judged(on(FRIDAY, 8, 1), about=munich, restrictions=office) is Outcome.SUCCESS
    assert judged(on(FRIDAY, 16, 1), about=munich, restrictions=office) is Outcome.KEY_EXPIRED


AREAS = (Area(48.0, 11.0, 1000.0),)


@pytest.mark.parametrize(
    ("inside", "reading", "outcome"),
    [
        (True, "refuse", Outcome.SUCCESS),
        (False, "refuse", Outcome.KEY_NOT_TRUSTED),
        (False, "allow", Outcome.KEY_NOT_TRUSTED),
        (None, "refuse", Outcome.KEY_NOT_TRUSTED),
        (None, "allow", Outcome.SUCCESS),
    ],
)
def test_areas_hold_where_the_vehicle_stands(
    inside: bool | None, reading: Any, outcome: Outcome
) -> None:
    asked: list[Sequence[Area]] = []

    def whereabouts(areas: Sequence[Area]) -> bool | None:
        asked.append(areas)
        return inside

    about = {"is_inside": whereabouts, "readings": VehicleReadings(unknown_position=reading)}
    tied = Restrictions(areas=AREAS)
    assert judged(on(FRIDAY, 12), about=about, restrictions=tied) is outcome
    assert asked == [AREAS]


def test_a_key_without_areas_is_not_asked_where_it_is() -> None:
    def nobody(_areas: Sequence[Area]) -> bool | None:
        raise AssertionError("asked for a position")

    assert judged(on(FRIDAY, 12), about={"is_inside": nobody}) is Outcome.SUCCESS


@pytest.mark.parametrize(
    ("fields", "purpose", "outcome"),
    [
        ({"activated": False}, Purpose.UNLOCK, Outcome.SUCCESS),
        ({"activated": False}, Purpose.LOCK, Outcome.SUCCESS),
        ({"activated": False}, Purpose.START_FIRST, Outcome.KEY_NOT_TRUSTED),
        ({"activated": False}, Purpose.START_AGAIN, Outcome.KEY_NOT_TRUSTED),
        ({"opens": False, "activated": False}, Purpose.UNLOCK, Outcome.KEY_NOT_TRUSTED),
        ({"opens": False}, Purpose.START_FIRST, Outcome.KEY_NOT_TRUSTED),
    ],
)
def test_what_waits_for_activation(
    fields: dict[str, bool], purpose: Purpose, outcome: Outcome
) -> None:
    assert judged(on(FRIDAY, 12), purpose, **fields) is outcome


@pytest.mark.parametrize(
    ("reading", "unlocks", "starts"),
    [("as_before", True, True), ("unlock", True, False), ("nothing", False, False)],
)
def test_a_revoked_key_may_still_do_what_the_reading_says(
    reading: Any, unlocks: bool, starts: bool
) -> None:
    about = {"readings": VehicleReadings(pre_deletion_use=reading)}
    revoked = {"state": KeyState.PRE_DELETION}
    for purpose, may in ((Purpose.UNLOCK, unlocks), (Purpose.START_FIRST, starts)):
        outcome = judged(on(FRIDAY, 12), purpose, about, **revoked)
        assert outcome is (Outcome.SUCCESS if may else Outcome.KEY_NOT_TRUSTED)


def test_a_revoked_key_strands_nobody_by_default() -> None:
    assert VehicleReadings().pre_deletion_use == "as_before"
