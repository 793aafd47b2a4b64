"""Files of waivers and of tests in quarantine: read strictly, refused where nobody may excuse."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from rig.plans.errors import PlanError
from rig.plans.excuses import load_quarantine, load_waivers
from rig.plans.load import load_catalogue
from rig.records.excuses import Excuses, Quarantine, WaiverRecord

CATALOGUE = load_catalogue()
WAIVERS = """\
waivers:
  - requirement: DK-UNLOCK-02
    kind: waiver
    by: A. Smith, certification
    reason: the customer accepts 3.2 m
    ticket: DK-123
    from: 2026-03-01
    until: "2026-06-30"
  - {test: "testplans/lock/test_lock_by_tap.py::test_x", kind: deviation, by: B. Jones,
     reason: at 12 degrees, ticket: DK-124, from: 2026-03-01, until: 2026-03-01}
"""
TODAY = date(2026, 3, 18)
QUARANTINE = (
    'quarantine:\n  - {test: "a::test_b", owner: B. Jones, ticket: DK-9, until: 2026-04-01}'
)


def written(folder: Path, text: str) -> Path:
    path = folder / "mine.yaml"
    path.write_text(text)
    return path


def test_waivers_and_deviations_are_read(tmp_path: Path) -> None:
    path = written(tmp_path, WAIVERS)
    found = load_waivers(path, CATALOGUE)
    assert list(found.values()) == [f"{path}:2", f"{path}:9"]
    waiver, deviation = found
    assert waiver == WaiverRecord(
        kind="waiver",
        by="A. Smith, certification",
        reason="the customer accepts 3.2 m",
        ticket="DK-123",
        begins="2026-03-01",
        until="2026-06-30",
        requirement="DK-UNLOCK-02",
    )
    assert (deviation.kind, deviation.test[-6:]) == ("deviation", "test_x")


# id: what is replaced, by what, what is said
WRONG_WAIVERS = {
    "unknown requirement": (
        "UNLOCK-02",
        "UNLOK-02",
        ":2: no requirement 'DK-UNLOK-02'; close: DK-",
    ),
    "security at P1": (
        "UNLOCK-02",
        "SEC-02",
        ":2: DK-SEC-02 is security at priority P1: no failure",
    ),
    "ends before it begins": ("2026-06-30", "2026-02-28", ":2: waivers.0 ends on 2026-02-28"),
    "no day": ("from: 2026-03-01\n", "from: soon\n", ":7: waivers.0.from must be a day such as"),
    "a time": ("from: 2026-03-01\n", "from: 2026-03-01T10:00:00\n", "must be a day such as"),
    "nobody": ("by: A. Smith, certification", "by: ''", "waivers.0.by must not be empty"),
    "no end": ('    until: "2026-06-30"\n', "", "waivers.0.until is missing"),
    "another kind": ("kind: waiver", "kind: pardon", "kind must be 'waiver' or 'deviation'"),
    "two matters": ("kind: waiver", "kind: waiver\n    test: a", "exactly one of requirement and"),
    "a stray field": ("kind: waiver", "kind: waiver\n    frm: 1", "did you mean from? there are"),
}


@pytest.mark.parametrize(("old", "new", "says"), WRONG_WAIVERS.values(), ids=WRONG_WAIVERS)
def test_a_wrong_waiver_is_refused(tmp_path: Path, old: str, new: str, says: str) -> None:
    assert old in WAIVERS
    path = written(tmp_path, WAIVERS.replace(old, new, 1))
    with pytest.raises(PlanError, match=re.escape(says)) as refused:
        load_waivers(path, CATALOGUE)
    assert str(path) in str(refused.value)


def test_a_deviation_may_be_about_security(tmp_path: Path) -> None:
    text = WAIVERS.replace("UNLOCK-02", "SEC-02").replace("kind: waiver", "kind: deviation", 1)
    first, *_others = load_waivers(written(tmp_path, text), CATALOGUE)
    assert first.requirement == "DK-SEC-02"


def test_quarantine_is_read(tmp_path: Path) -> None:
    path = written(tmp_path, QUARANTINE)
    found = load_quarantine(path, TODAY)
    assert found == {Quarantine("a::test_b", "B. Jones", "DK-9", "2026-04-01"): f"{path}:2"}
    assert load_quarantine(written(tmp_path, "quarantine: []"), TODAY) == {}


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (", until: 2026-04-01", "", "quarantine.0.until is missing"),
        ("owner: B. Jones", "owner: ''", "quarantine.0.owner must not be empty"),
        ("ticket: DK-9", "ticket: 9", "quarantine.0.ticket must be text"),
        ("04-01", "04-02", "mine.yaml:2: a::test_b: until is 2026-04-02, and 2026-04-01 at the"),
    ],
)
def test_quarantine_wants_owner_ticket_and_end(
    tmp_path: Path, old: str, new: str, says: str
) -> None:
    with pytest.raises(PlanError, match=re.escape(says)):
        load_quarantine(written(tmp_path, QUARANTINE.replace(old, new)), TODAY)


def test_a_test_is_put_in_quarantine_once(tmp_path: Path) -> None:
    twice = f"{QUARANTINE}\n{QUARANTINE.partition(chr(10))[2]}"
    with pytest.raises(PlanError, match=r"mine\.yaml:3: a::test_b is given twice"):
        load_quarantine(written(tmp_path, twice), TODAY)


WAIVER = WaiverRecord("waiver", "A", "r", "T", "2026-03-01", "2026-03-31", requirement="DK-A-01")


@pytest.mark.parametrize(
    ("day", "counts"),
    [("2026-02-28", False), ("2026-03-01", True), ("2026-03-31", True), ("2026-04-01", False)],
)
def test_a_waiver_counts_from_its_first_to_its_last_day(day: str, counts: bool) -> None:
    assert Excuses([WAIVER], (), day).waives("t", ["DK-A-01"]) is counts
    held = Quarantine("t", "A", "T", "2026-03-31")
    assert Excuses((), [held], day).quarantines("t") is (day <= "2026-03-31")


def test_a_test_is_waived_only_with_all_that_it_speaks_to() -> None:
    excuses = Excuses([WAIVER], (), "2026-03-02")
    assert not excuses.waives("t", ["DK-A-01", "DK-A-02"])
    assert not excuses.waives("t", [])


def test_a_name_means_a_test_and_its_cases_and_no_longer_name() -> None:
    held = Excuses((), [Quarantine("a::test_b", "A", "T", "2026-03-31")], "2026-03-02")
    assert held.quarantines("a::test_b")
    assert held.quarantines("a::test_b[ios]")
    assert not held.quarantines("a::test_both")
    one = Excuses((), [Quarantine("a::test_b[ios]", "A", "T", "2026-03-31")], "2026-03-02")
    assert not one.quarantines("a::test_b[pixel]")
