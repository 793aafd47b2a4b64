"""Which of the two products a vehicle has: what its equipment says, its display and the app."""

from __future__ import annotations

import pytest

from drivers.api.errors import ActionRefused
from drivers.api.maker_app import AppAction
from drivers.api.phone import Phone
from rig.key_server.contract import KeyServer
from rig.key_server.vehicles import Body
from rig.vehicle.car import Car
from testplans.steps import pairing

COMFORT_ACCESS = 322
EXPECTED = {
    (Body.HATCH, True): "digital_key_plus",
    (Body.FIVE_DOOR, True): "digital_key_plus",
    (Body.COUNTRYMAN, True): "digital_key_plus",
    (Body.ACEMAN, True): "digital_key_plus",
    (Body.CONVERTIBLE, True): "digital_key",
    (Body.HATCH, False): "",
    (Body.CONVERTIBLE, False): "",
}
"""By body and option 322, for vehicles with MINI Operating System 9 (DK-ELIG-02 to -04)."""


def shown_by(car: Car) -> str:
    """The variant that the digital-key menu names; "" where there is no such menu."""
    try:
        return car.head_unit.variant_shown()
    except ActionRefused:
        return ""


@pytest.mark.requirement("DK-ELIG-02")
@pytest.mark.parametrize("body", [Body.HATCH, Body.FIVE_DOOR, Body.COUNTRYMAN, Body.ACEMAN])
def test_a_vehicle_with_system_9_that_is_no_convertible_offers_digital_key_plus(
    car: Car, owner_phone: Phone, account: str, body: Body
) -> None:
    with car.recoded(body=body, os=9):
        assert shown_by(car) == "digital_key_plus"
        assert pairing.open_page(car, owner_phone, account).tile == "digital_key_plus"


@pytest.mark.requirement("DK-ELIG-03")
@pytest.mark.parametrize("year", [2025, 2026], ids=["2025", "2026"])
def test_a_convertible_offers_digital_key_and_never_plus(
    car: Car, owner_phone: Phone, account: str, year: int
) -> None:
    with car.recoded(body=Body.CONVERTIBLE, model_year=year):
        assert shown_by(car) == "digital_key"
        assert pairing.open_page(car, owner_phone, account).tile == "digital_key"


@pytest.mark.requirement("DK-ELIG-04", "DK-SETUP-03")
def test_without_option_322_neither_app_nor_vehicle_has_a_digital_key(
    car: Car, owner_phone: Phone, account: str
) -> None:
    with_it = car.interior.record.options | {COMFORT_ACCESS}
    with car.recoded(options=with_it):
        assert shown_by(car) == car.interior.variant != ""
        assert pairing.open_page(car, owner_phone, account).tile
    with car.recoded(options=with_it - {COMFORT_ACCESS}):
        assert shown_by(car) == ""
        view = pairing.open_page(car, owner_phone, account)
        assert view.tile == ""
        assert AppAction.OPEN_TILE not in view.actions


@pytest.mark.requirement("DK-ELIG-05")
@pytest.mark.parametrize(("body", "option"), EXPECTED, ids=[f"{b}-{o}" for b, o in EXPECTED])
def test_the_variant_a_vehicle_reports_follows_from_its_equipment(
    car: Car, key_server: KeyServer, body: Body, option: bool
) -> None:
    options = car.interior.record.options - {COMFORT_ACCESS}
    if option:
        options |= {COMFORT_ACCESS}
    with car.recoded(body=body, options=options):
        expected = EXPECTED[body, option]
        assert car.interior.variant == expected
        assert shown_by(car) == expected
        assert (key_server.vehicles.variant(car.keyring.identifier) or "") == expected


@pytest.mark.requirement("DK-ELIG-05")
def test_the_variant_tests_are_chosen_by_is_the_one_the_vehicle_reports(car: Car) -> None:
    chosen_by = car.facts()["key"].replace(" ", "_")
    record = car.interior.record
    assert chosen_by == EXPECTED[record.body, COMFORT_ACCESS in record.options]
    assert chosen_by == car.interior.variant == shown_by(car)
