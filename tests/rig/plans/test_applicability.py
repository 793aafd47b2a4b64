"""Which requirements apply on a bench, and the words that say why."""

from __future__ import annotations

import pytest

from rig.plans.applicability import Applicability, PlayedVehicle
from rig.plans.load import load_catalogue

CATALOGUE = load_catalogue()
CONVERTIBLE = PlayedVehicle("cooper convertible", "digital_key", {"market": "US"})
HATCH = PlayedVehicle("cooper hatch", "digital_key_plus")
PHONES = frozenset({"ios", "pixel", "samsung"})

BOTH, NFC_ONLY, PLUS, IOS_ONLY = "DK-CORE-01", "DK-UNLOCK-01", "DK-SVC-05", "DK-DEL-02"
WATCH, CARD, VEHICLE = "DK-WATCH-01", "DK-CORE-03", "DK-ELIG-05"


def on(*fleet: PlayedVehicle, platforms: frozenset[str] = PHONES) -> Applicability:
    return Applicability(CATALOGUE, fleet, platforms)


@pytest.mark.parametrize(
    ("requirement", "vehicle"),
    [(BOTH, CONVERTIBLE), (NFC_ONLY, CONVERTIBLE), (PLUS, HATCH), (VEHICLE, CONVERTIBLE)],
)
def test_a_requirement_is_judged_on_the_first_vehicle_it_applies_to(
    requirement: str, vehicle: PlayedVehicle
) -> None:
    decision = on(CONVERTIBLE, HATCH).decisions[requirement]
    assert decision.applies
    assert decision.label == vehicle.label


def test_a_bench_of_one_vehicle_says_what_it_plays_to_what_it_cannot_judge() -> None:
    record = on(CONVERTIBLE).decisions[PLUS].to_record()
    assert (record.applies, record.vehicle) == (False, "")
    assert record.why == (
        "applies to Digital Key Plus only and to key card; "
        "this bench plays cooper convertible (market US)"
    )


def test_what_applies_names_every_input_too() -> None:
    why = on(HATCH, CONVERTIBLE).decisions[NFC_ONLY].why
    assert why == (
        "applies to Digital Key only and to iPhone, Google Pixel, Samsung Galaxy; "
        "judged on cooper convertible (market US); needs nfc handle, relay door, positioner"
    )


def test_a_requirement_of_another_platform_does_not_apply() -> None:
    decision = on(HATCH, platforms=frozenset({"pixel", "samsung"})).decisions[IOS_ONLY]
    assert not decision.applies
    assert decision.why.endswith("the phones of this bench are Google Pixel, Samsung Galaxy")


@pytest.mark.parametrize("platforms", [frozenset(), frozenset({"ios"}), frozenset({"ios", "card"})])
def test_what_a_bench_has_none_of_is_missing_and_not_inapplicable(
    platforms: frozenset[str],
) -> None:
    decisions = on(HATCH, platforms=platforms).decisions
    assert decisions[WATCH].applies
    assert decisions[CARD].applies
    assert decisions[IOS_ONLY].applies


def test_the_vehicle_itself_is_always_there() -> None:
    assert on(HATCH, platforms=frozenset({"card"})).decisions[VEHICLE].applies


def test_a_test_plays_the_vehicle_that_most_of_its_requirements_apply_to() -> None:
    fleet = on(CONVERTIBLE, HATCH)
    assert fleet.choose([BOTH]).vehicle == 0
    assert fleet.choose([PLUS, BOTH]).vehicle == 1
    undecided = fleet.choose([PLUS, NFC_ONLY, BOTH])
    assert (undecided.vehicle, undecided.requirements) == (0, (NFC_ONLY, BOTH))


def test_a_test_of_which_nothing_applies_is_told_why_for_each_requirement() -> None:
    choice = on(CONVERTIBLE).choose([PLUS, "DK-UNLOCK-02"])
    assert choice.vehicle is None
    assert choice.requirements == (PLUS, "DK-UNLOCK-02")
    assert choice.why.startswith(f"{PLUS} applies to Digital Key Plus only")
    assert "; DK-UNLOCK-02 applies to Digital Key Plus only" in choice.why


def test_every_requirement_has_a_decision_in_the_journal() -> None:
    records = on(CONVERTIBLE, HATCH).to_records()
    assert [r.requirement for r in records] == [r.id for r in CATALOGUE]
    assert all(r.why for r in records)
    assert all(r.applies for r in records)
