"""The phone's half of ranging and a vehicle's anchors, written apart, meet in the air."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from drivers.api.space import Path, Point
from drivers.api.uwb import Hopping, RangeStatus
from drivers.sim.motion import Motion
from drivers.sim.phone_ble.blocks import Grid
from drivers.sim.phone_ble.misbehaviour import BleFault, BleMisbehaviour
from drivers.sim.phone_ble.ranging import PhoneRanging
from drivers.sim.phone_ble.uwb_clock import UwbClock
from rig.digital_key.secrets import Secret
from tests.drivers.sim.ranging_street import CCC, PLACES, URSK, Street, taken

HOPS = {Hopping.NONE: None, Hopping.ADAPTIVE: False, Hopping.CONTINUOUS: True}
HOP_KEY = 0xBC72574C
NEVER = datetime(2100, 1, 1, tzinfo=UTC)


class Meeting:
    """A street with a phone on it whose clock is 40 ppm off the anchors' at worst."""

    def __init__(self, street: Street, hopping: Hopping) -> None:
        self.street = street
        clock, chance = street.world.clock, random.Random(4)  # noqa: S311 - a test's dice
        self.wrong = BleMisbehaviour(chance)
        path = Path((Point(0.1, 2.0, 1.0),), 1.0)
        motion = Motion(path, clock.now_ns())
        own = UwbClock(10**9, 20.0)
        self.phone = PhoneRanging(own, clock.utc, lambda: motion, self.wrong, chance)
        street.world.ranging_air.leave(street.radio)
        street.world.ranging_air.join(self.phone)
        self.anchors = [street.anchor(name) for name in PLACES]
        modulus = street.world.settings.hop_modulus
        grid = Grid(1, 6, 12, len(PLACES), HOPS[hopping], HOP_KEY, modulus)
        now_us = own.us(clock.now_ns())
        ranging = self.phone.begin(CCC.session_id, Secret(URSK), NEVER, grid, now_us)
        lead_us = ranging.time0_us - now_us
        self.running = [
            anchor.start(
                replace(
                    CCC,
                    sts_index0=ranging.index0,
                    time0_us=anchor.time_us() + round(lead_us),
                    hopping=hopping,
                    hop_key=HOP_KEY.to_bytes(4, "little"),
                    responder_index=number,
                )
            )
            for number, anchor in enumerate(self.anchors)
        ]


@pytest.fixture
def street() -> Iterator[Street]:
    with ExitStack() as stack:
        yield Street(stack)


@pytest.mark.parametrize("hopping", HOPS)
def test_minutes_of_blocks_fit_on_every_anchor(street: Street, hopping: Hopping) -> None:
    for ranging in Meeting(street, hopping).running:
        found = taken(ranging, 1500)  # 144 s, in which 20 ppm make 2.9 ms
        statuses = [one.status for one in found]
        assert RangeStatus.STS_FAILED not in statuses
        assert statuses.count(RangeStatus.OK) > 0.6 * len(statuses)


def test_the_setting_of_the_modulus_is_one_for_both_sides(street: Street) -> None:
    street.world.adopt_settings({"hop_modulus": 65537})
    found = taken(Meeting(street, Hopping.CONTINUOUS).running[0], 300)
    assert RangeStatus.STS_FAILED not in {one.status for one in found}


def test_a_phone_with_another_key_or_index_fails_and_is_not_measured(street: Street) -> None:
    meeting = Meeting(street, Hopping.CONTINUOUS)
    for fault in (BleFault.WRONG_URSK, BleFault.WRONG_STS):
        with meeting.wrong(fault):
            (one,) = taken(meeting.running[0], 1)
            assert (one.status, one.distance_m) == (RangeStatus.STS_FAILED, None)
    statuses = {one.status for one in taken(meeting.running[0], 20)}
    assert RangeStatus.OK in statuses
