"""The driver's handle of a vehicle with Digital Key Plus, where passive entry is not to be had."""

from __future__ import annotations

from itertools import product

import pytest

from drivers.api.phone import Phone
from drivers.api.phone_controls import KeyOption
from rig.measure.limits import Count
from rig.measure.observations import Observe
from rig.measure.recorder import Measure
from rig.vehicle.car import Car
from testplans.steps import driving, pairing
from testplans.steps.phones import EACH_PLATFORM, airplane_mode, authenticate
from testplans.steps.timing import TapTimes

pytestmark = pytest.mark.requirement("DK-UNLOCK-11")


@EACH_PLATFORM
def test_a_tap_unlocks_with_the_radios_off_and_in_power_reserve(
    car: Car, paired_phone: Phone, measure: Measure, count: Count
) -> None:
    times = TapTimes(car, paired_phone, measure, count)
    with airplane_mode(paired_phone):
        times.take("tap_to_unlock_on_plus_with_radios_off")
    paired_phone.battery.drain()
    times.take("tap_to_unlock_on_plus_in_power_reserve")


@EACH_PLATFORM
def test_a_tap_unlocks_after_authentication_whatever_passive_entry_and_express_are_set_to(
    car: Car, paired_phone: Phone, observe: Observe
) -> None:
    """Whether a locked phone unlocks with express on and passive entry off is open (AMB-13)."""
    for express, passive in product((True, False), repeat=2):
        paired_phone.options.set(KeyOption.WORKS_LOCKED, on=express)
        paired_phone.options.set(KeyOption.PASSIVE_ENTRY, on=passive)
        paired_phone.screen.lock()
        unlocks = driving.unlocks(car, paired_phone)
        if express and not passive:
            observe("express on, passive entry off, locked: unlocks", unlocks, ambiguity="AMB-13")
        else:
            assert unlocks is express, f"locked, passive entry {passive}"
        authenticate(paired_phone)
        assert driving.unlocks(car, paired_phone), f"express {express}, passive entry {passive}"


def test_a_phone_without_ultra_wideband_unlocks_at_the_handle(
    car: Car, account: str, plain_phone: Phone
) -> None:
    pairing.pair(car, plain_phone, account)
    assert driving.unlocks(car, plain_phone)
