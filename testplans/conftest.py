"""What tests of several capabilities begin with."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from drivers.api.errors import ActionRefused
from drivers.api.phone import Phone
from drivers.api.sharing import Platform
from rig.measure.limits import Count, Limits
from rig.measure.outcomes import Inconclusive
from rig.measure.ranging_evidence import Walks
from rig.measure.recorder import Measure, Samples
from rig.vehicle.car import Car
from rig.vehicle.passive.entry import PassiveEntry
from testplans.steps import pairing
from testplans.steps.measuring import ByPlan
from testplans.steps.phones import PhoneOf
from testplans.steps.surveying import WalksOf


@pytest.fixture
def by_plan(measure: Measure, limits: Limits, count: Count) -> ByPlan:
    """Measurements with the plan's own limits and counts."""

    def begin(name: str, *, unit: str, of: str, otherwise: int) -> Samples:
        declared = measure(name, unit=unit, of=of, **limits(name))
        return declared.repeat(count(name, otherwise))

    return begin


@pytest.fixture
def walks_of(passive: PassiveEntry, walks: Callable[[str, Mapping[str, float]], Walks]) -> WalksOf:
    """Sets of walks through the zones as the vehicle has them."""

    def begin(name: str) -> Walks:
        zones = passive.settings
        return walks(name, {"unlock": zones.unlock_m, "lock": zones.lock_m})

    return begin


@pytest.fixture
def owner(car: Car, owner_phone: Phone, account: str) -> Phone:
    """The owner's phone with the main key on it."""
    return _paired(car, owner_phone, account)


@pytest.fixture
def paired_phone(car: Car, account: str, phone_of: PhoneOf, platform: Platform) -> Phone:
    """A phone of the platform the test is run for (EACH_PLATFORM), with the main key on it."""
    return _paired(car, phone_of(platform), account)


def _paired(car: Car, phone: Phone, account: str) -> Phone:
    """That a phone can be paired is another test's matter: where it cannot, nothing is judged."""
    try:
        pairing.pair(car, phone, account)
    except (AssertionError, ActionRefused) as exc:
        why = str(exc).partition("\n")[0]
        raise Inconclusive(f"the phone has no main key: {why}") from exc
    return phone
