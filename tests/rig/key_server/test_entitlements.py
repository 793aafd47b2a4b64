"""Rights travel in an entitlement and come back as they were; what has no place is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rig.digital_key.attestation import AWAITS_CODE, MAY_START, MAY_UNLOCK, Entitlement
from rig.digital_key.errors import Malformed
from rig.key_server.entitlements import Rights, entitlement
from rig.key_server.errors import OfferRefused
from rig.key_server.invitations import Area, Hours, Restrictions
from rig.key_server.keys import Functions
from rig.vehicle.entitled import moment, restrictions_of
from tests.rig.key_server.lab import COOPER, Lab, public_key

SLOT = bytes(range(1, 9))
KEY = public_key(1)
SECOND = st.integers(0, 4_000_000_000).map(lambda each: datetime.fromtimestamp(each, UTC))
MINUTE = st.integers(0, 1439)
HOURS = st.tuples(MINUTE, MINUTE, st.frozensets(st.integers(0, 6), min_size=1)).filter(
    lambda each: each[0] != each[1]
)
AREAS = st.builds(
    Area,
    st.integers(-900, 900).map(lambda each: each / 10),
    st.integers(-1800, 1800).map(lambda each: each / 10),
    st.integers(1, 1_000_000).map(float),
)


FUNCTIONS = {
    Functions.NONE: 0,
    Functions.UNLOCK: MAY_UNLOCK,
    Functions.ALL: MAY_UNLOCK | MAY_START,
}


def a_window(minutes: tuple[int, int, frozenset[int]]) -> Hours:
    begin, end, weekdays = minutes
    return Hours(time(begin // 60, begin % 60), time(end // 60, end % 60), weekdays)


RIGHTS = st.builds(
    Rights,
    functions=st.sampled_from(Functions),
    awaits_code=st.booleans(),
    not_before=SECOND,
    not_after=SECOND,
    restrictions=st.builds(
        Restrictions,
        hours=st.lists(HOURS.map(a_window), max_size=3).map(tuple),
        areas=st.lists(AREAS, max_size=3).map(tuple),
        top_speed_kmh=st.none() | st.integers(1, 300),
        volume_percent=st.none() | st.integers(0, 100),
    ),
)


@given(RIGHTS)
def test_a_vehicle_reads_the_rights_that_were_granted(rights: Rights) -> None:
    wire = entitlement(COOPER.vehicle_id, SLOT, KEY, rights).encode()
    read = Entitlement.decode(wire)
    assert restrictions_of(read) == rights.restrictions
    assert (moment(read.not_before), moment(read.not_after)) == (
        rights.not_before,
        rights.not_after,
    )
    assert read.functions[0] == FUNCTIONS[rights.functions] | AWAITS_CODE * rights.awaits_code
    assert (read.vehicle_id, read.slot, read.device_key) == (COOPER.vehicle_id, SLOT, KEY.point)


def plain(**restrictions: Any) -> Entitlement:
    at = datetime(2026, 3, 2, tzinfo=UTC)
    tied = Restrictions(**restrictions)
    return entitlement(COOPER.vehicle_id, SLOT, KEY, Rights(Functions.UNLOCK, at, at, tied))


def test_the_bytes_are_those_of_the_layout() -> None:
    tied = plain(
        hours=(Hours(time(9), time(17), frozenset({0, 4})),),
        areas=(Area(48.177, -11.559, 5000.4),),
        top_speed_kmh=120,
        volume_percent=0,
    )
    assert tied.functions == b"\x01"
    assert tied.hours is not None
    assert tied.hours.hex(" ", -2) == "021c 03fc 11"
    assert tied.areas is not None
    assert tied.areas.hex(" ", -4) == "1cb73a10 f91c3c90 00001388"
    assert (tied.top_speed, tied.volume) == (b"\x00\x78", b"\x00")
    free = plain()
    assert (free.hours, free.areas, free.top_speed, free.volume) == (None, None, None, None)


UNFIT = [
    pytest.param({"hours": (Hours(time(9, 0, 30), time(17)),)}, "whole minutes", id="seconds"),
    pytest.param({"areas": (Area(0, 0, 5e9),)}, "radius", id="a radius beyond the earth"),
    pytest.param({"top_speed_kmh": 70_000}, "does not fit", id="a speed in three bytes"),
]


@pytest.mark.parametrize(("restrictions", "complaint"), UNFIT)
def test_what_has_no_place_on_the_wire_is_refused(
    lab: Lab, restrictions: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(Malformed, match=complaint):
        plain(**restrictions)
    with pytest.raises(OfferRefused, match=complaint):
        lab.invite(lab.pair(), restrictions=Restrictions(**restrictions))


@pytest.mark.parametrize(
    "changed",
    [
        {"hours": bytes.fromhex("0000 0000 01")},
        {"hours": bytes(4)},
        {"areas": bytes(12)},
        {"volume": b"\xff"},
        {"top_speed": b"\x00\x00"},
    ],
)
def test_restrictions_that_mean_nothing_are_malformed(changed: dict[str, bytes]) -> None:
    with pytest.raises(Malformed):
        restrictions_of(replace(plain(), **changed))
