"""Which phones are offered a digital key, with the reason where they are not (DK-ELIG-01)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from drivers.api.backend import PhoneFacts
from drivers.api.sharing import Platform
from rig.key_server.availability import MATRIX, availability

IPHONE = PhoneFacts(Platform.IOS, "iPhone 15 Pro", "17.4", "any provider", "US")
PIXEL = PhoneFacts(Platform.PIXEL, "Pixel 8", "14", "any provider", "US")
GALAXY = PhoneFacts(Platform.SAMSUNG, "Galaxy S24 Ultra", "14", "any provider", "US")

OFFERED = [
    IPHONE,
    PIXEL,
    GALAXY,
    replace(IPHONE, model="iPhone XS Max", system="16"),
    replace(IPHONE, model="iPhone 11", system="16.0.1"),
    replace(PIXEL, model="Google Pixel 10 Pro Fold", system="16"),
    replace(GALAXY, model="Samsung Galaxy Z Fold6"),
    replace(GALAXY, model="Galaxy Z Flip 5"),
]
REFUSED = [
    (replace(IPHONE, model="iPhone 8"), "model is iPhone 8, not an iPhone XR, XS, 11 or later"),
    (replace(IPHONE, model="iPhone 1"), "model"),
    (replace(IPHONE, model="not an iPhone 15"), "model"),
    (replace(IPHONE, system="15.7"), "system is 15.7, not 16 or later"),
    (replace(IPHONE, system="iOS 17"), "system"),
    (replace(IPHONE, system=""), "system is not told"),
    (replace(IPHONE, market="XX"), "market is XX, not one of US"),
    (replace(PIXEL, model="Pixel 5"), "model"),
    (replace(PIXEL, model="Pixel 6a"), "model"),
    (replace(GALAXY, model="Galaxy A54"), "model"),
    (replace(GALAXY, model="Galaxy S20", system="12"), "system is 12, not 13 or later"),
    (replace(GALAXY, platform=Platform.PIXEL), "model"),
]


@pytest.mark.parametrize("phone", OFFERED, ids=lambda phone: f"{phone.model} {phone.system}")
def test_a_supported_phone_is_offered_a_key(phone: PhoneFacts) -> None:
    found = availability(phone)
    assert found.offered, found.explanation
    assert found.explanation == f"{phone.model} is supported"


@pytest.mark.parametrize(("phone", "reason"), REFUSED)
def test_any_other_phone_is_refused_with_the_reason(phone: PhoneFacts, reason: str) -> None:
    found = availability(phone)
    assert not found.offered
    assert reason in found.explanation


def test_a_decision_shows_every_input() -> None:
    found = availability(replace(PIXEL, market="XX"))
    assert [(f.field, f.found, f.met) for f in found.findings] == [
        ("platform", "pixel", True),
        ("model", "Pixel 8", True),
        ("system", "14", True),
        ("provider", "any provider", True),
        ("market", "XX", False),
    ]
    assert "DK-ELIG-01" in found.requirements
    assert found.ambiguities == ("AMB-29",)


def test_a_customers_matrix_takes_the_place_of_the_labs() -> None:
    (row,) = (row for row in MATRIX if row.platform is Platform.IOS)
    narrow = (replace(row, providers=frozenset({"first", "second"})),)
    assert not availability(IPHONE, narrow).offered
    assert "provider is any provider, not one of first, second" in (
        availability(IPHONE, narrow).explanation
    )
    assert availability(replace(IPHONE, provider="first"), narrow).offered
    assert availability(IPHONE, (*narrow, row)).offered, "another row takes it"
    assert "platform is pixel, not one of" in availability(PIXEL, narrow).explanation
