"""The requirement catalogue and the ways of getting it wrong."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from rig.plans.coverage import coverage
from rig.plans.errors import CatalogueError, UnknownRequirement
from rig.plans.load import CATALOGUE, load_catalogue


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A catalogue of one capability, free to be spoilt."""
    for name in ("unlock.yaml", "ambiguities.yaml", "vocabulary.yaml"):
        shutil.copy(CATALOGUE / name, tmp_path)
    return tmp_path


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_the_catalogue_holds_every_requirement_and_ambiguity() -> None:
    catalogue = load_catalogue()
    assert len(catalogue) == 200
    assert [r.number for r in catalogue] == list(range(1, 201))
    assert len(catalogue.ambiguities) == 43
    assert len(set(catalogue.capabilities.values())) == 27
    assert {a for r in catalogue for a in r.ambiguities} == set(catalogue.ambiguities)


def test_a_requirement_becomes_a_record_with_its_capability() -> None:
    record = next(r for r in load_catalogue().to_records() if r.id == "DK-UNLOCK-01")
    assert record.capability == "unlock"
    assert record.priority == "P1"
    assert record.ambiguities == ("AMB-24", "AMB-41")


def test_an_unknown_requirement_is_answered_with_close_ones() -> None:
    with pytest.raises(UnknownRequirement, match=r"'dk-unlok-01'; close: .*DK-UNLOCK-01"):
        load_catalogue().find("dk-unlok-01")


NUMBER = "    number: 28\n"
SPOILT = [
    ("unknown field", NUMBER, f"{NUMBER}    colour: red\n", "colour is unknown; there are: ambig"),
    ("wrong word", "priority: P1", "priority: P9", r"unlock\.yaml:\d+: requirements.0.priority"),
    ("missing field", "    expected: Door locks release\n", "", "expected is missing"),
    ("wrong type", "number: 28", "number: '28'", "number must be a whole number"),
    ("ambiguity", "[AMB-24, AMB-41]", "[AMB-99]", "DK-UNLOCK-01: unknown ambiguity 'AMB-99'"),
    ("equipment", "[nfc_handle,", "[nfc_roof,", "DK-UNLOCK-01: unknown equipment 'nfc_roof'"),
    ("key twice", NUMBER, NUMBER * 2, r"unlock\.yaml:5: 'number' is given twice"),
    ("no YAML", NUMBER, "    number: [28\n", r"unlock\.yaml:\d+: "),
]


@pytest.mark.parametrize(
    ("old", "new", "said"), [s[1:] for s in SPOILT], ids=[s[0] for s in SPOILT]
)
def test_a_spoilt_catalogue_is_refused_with_its_place(
    copy: Path, old: str, new: str, said: str
) -> None:
    replace(copy / "unlock.yaml", old, new)
    with pytest.raises(CatalogueError, match=said):
        load_catalogue(copy)


def test_the_unspoilt_copy_is_read(copy: Path) -> None:
    assert len(load_catalogue(copy)) == 11


def test_a_requirement_in_two_files_names_both(copy: Path) -> None:
    shutil.copy(copy / "unlock.yaml", copy / "again.yaml")
    with pytest.raises(CatalogueError, match=r"DK-UNLOCK-01 is also in .*again\.yaml"):
        load_catalogue(copy)


REASON = "unjudged: {DK-UNLOCK-02: {why: It cannot range., takes: UWB anchors.}}\n"


def test_a_requirement_may_have_a_reason_in_the_place_of_a_test(copy: Path) -> None:
    assert load_catalogue(copy).unjudged == {}
    (copy / "unjudged.yaml").write_text(REASON)
    found = load_catalogue(copy).unjudged["DK-UNLOCK-02"]
    assert str(found) == "It cannot range. It takes UWB anchors."


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("DK-UNLOCK-02", "DK-UNLOCK-99", "no requirement 'DK-UNLOCK-99'; close: DK-UNLOCK-09"),
        ("DK-UNLOCK-02", "UNLOCK-02", r"unjudged\.yaml:1: unjudged.* must have the form"),
        (", takes: UWB anchors.", "", r"unjudged\.yaml:1: unjudged.DK-UNLOCK-02.takes is missing"),
        ("It cannot range.", "''", "why must not be empty"),
    ],
)
def test_a_spoilt_reason_is_refused(copy: Path, old: str, new: str, said: str) -> None:
    (copy / "unjudged.yaml").write_text(REASON)
    replace(copy / "unjudged.yaml", old, new)
    with pytest.raises(CatalogueError, match=said):
        load_catalogue(copy)


def test_no_requirement_has_both_a_test_and_a_reason() -> None:
    assert not load_catalogue().unjudged.keys() & coverage().keys()
