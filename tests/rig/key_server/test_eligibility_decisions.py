"""Which vehicle has which feature, as a table; and decisions that show their inputs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rig.key_server.eligibility import (
    RULES_BY_DELIVERY,
    Feature,
    Outcome,
    decide,
    variant,
)
from rig.key_server.software_status import SoftwareStatus
from rig.key_server.vehicles import Artefact, Body, Variant, VehicleRecord
from tests.rig.key_server.lab import CONVERTIBLE, COOPER

KEY, PLUS = Feature.DIGITAL_KEY, Feature.DIGITAL_KEY_PLUS
CARD, CROSS = Feature.SETUP_CARD, Feature.CROSS_PLATFORM_SHARING
YES, NO, UNSTATED = Outcome.OFFERED, Outcome.NOT_OFFERED, Outcome.UNSTATED

ROWS = [
    pytest.param(COOPER, KEY, YES, id="hatch: key"),
    pytest.param(COOPER, PLUS, YES, id="hatch: plus"),
    pytest.param(replace(COOPER, body=Body.COUNTRYMAN), PLUS, YES, id="countryman: plus"),
    pytest.param(CONVERTIBLE, KEY, YES, id="convertible: key"),
    pytest.param(CONVERTIBLE, PLUS, NO, id="convertible: no plus"),
    pytest.param(CONVERTIBLE, CARD, NO, id="convertible: no setup card, which comes with plus"),
    pytest.param(replace(COOPER, options=frozenset()), KEY, NO, id="no 322: no key"),
    pytest.param(replace(COOPER, options=frozenset({3220})), PLUS, NO, id="no 322: no plus"),
    pytest.param(replace(COOPER, os=8), PLUS, UNSTATED, id="OS 8: unstated"),
    pytest.param(replace(COOPER, os=8, options=frozenset()), KEY, NO, id="one no is enough"),
    pytest.param(replace(COOPER, market="XX"), KEY, UNSTATED, id="another market: unstated"),
    pytest.param(COOPER, CARD, YES, id="2026: setup card"),
    pytest.param(replace(COOPER, model_year=2025), CARD, NO, id="2025: no setup card"),
    pytest.param(replace(COOPER, model_year=2025), PLUS, YES, id="2025: plus all the same"),
    pytest.param(replace(COOPER, software=SoftwareStatus(2022, 11)), CROSS, YES, id="22-11"),
    pytest.param(replace(COOPER, software=SoftwareStatus(2022, 7)), CROSS, NO, id="22-07"),
    pytest.param(replace(COOPER, software=SoftwareStatus(2023, 3)), CROSS, YES, id="23-03"),
    pytest.param(replace(COOPER, software=SoftwareStatus(2022, 7)), PLUS, YES, id="22-07: plus"),
]


@pytest.mark.parametrize(("vehicle", "feature", "outcome"), ROWS)
def test_what_a_vehicle_has(vehicle: VehicleRecord, feature: Feature, outcome: Outcome) -> None:
    decision = decide(vehicle, feature)
    assert decision.outcome is outcome, decision.explanation
    assert decision.offered is (outcome is YES)


def test_a_decision_shows_every_input_met_or_not_with_its_requirements() -> None:
    decision = decide(CONVERTIBLE, PLUS)
    assert [(f.rule.field, f.met) for f in decision.findings] == [
        ("options", True),
        ("os", True),
        ("market", True),
        ("body", False),
    ]
    assert decision.requirements == (
        "DK-ELIG-04",
        "DK-ELIG-02",
        "DK-ELIG-05",
        "DK-ELIG-01",
        "DK-ELIG-03",
    )
    assert decision.explanation == (
        "digital_key_plus not_offered: body is convertible, not is not convertible"
    )


@pytest.mark.parametrize(
    ("vehicle", "product"),
    [
        (COOPER, Variant.DIGITAL_KEY_PLUS),
        (CONVERTIBLE, Variant.DIGITAL_KEY),
        (replace(COOPER, options=frozenset()), None),
    ],
)
def test_the_equipment_decides_the_product(vehicle: VehicleRecord, product: Variant | None) -> None:
    assert variant(vehicle) is product


def test_by_the_other_reading_the_box_decides_about_the_setup_card() -> None:
    early = replace(COOPER, model_year=2025, delivered=frozenset({Artefact.SETUP_CARD}))
    assert decide(early, CARD, RULES_BY_DELIVERY).offered
    assert not decide(COOPER, CARD, RULES_BY_DELIVERY).offered
