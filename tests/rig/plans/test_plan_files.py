"""Plan files: read strictly, found by name, located on the disk."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from rig.plans.errors import PlanError
from rig.plans.load import find_plan, list_plans, load_plan
from rig.plans.plan import locate, paths_of

GOOD = """\
title: A plan
tests: [unlock]
limits:
  tap_to_unlock:
    p95: {at_most: 1000, unit: ms, basis: plan}
counts: {samples: 59}
"""


def written(folder: Path, text: str, name: str = "mine.yaml") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_a_plan_carries_its_limits_counts_and_hash(tmp_path: Path) -> None:
    plan = load_plan(written(tmp_path, GOOD))
    assert (plan.name, plan.title, plan.count("samples")) == ("mine", "A plan", 59)
    assert plan.limits["tap_to_unlock"]["p95"].bound() == {"at_most": 1000, "basis": "plan"}
    assert plan.unit("tap_to_unlock") == "ms"
    assert plan.unit("tap_to_lock") is None
    assert plan.sha256 == hashlib.sha256(GOOD.encode()).hexdigest()


def test_a_count_the_plan_does_not_have_is_an_error_that_lists_those_it_has(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match="no count 'taps'; it has: samples"):
        load_plan(written(tmp_path, GOOD)).count("taps")


WRONG = [
    ("unknown field", GOOD + "colour: red\n", r"mine\.yaml:7: colour: unknown field"),
    ("no title", GOOD.replace("title: A plan\n", ""), "title: missing field"),
    ("no tests", GOOD.replace("[unlock]", "[]"), r":2: tests: .*at least 1"),
    ("no basis", GOOD.replace(", basis: plan", ""), r":5: limits.tap_to_unlock.p95.basis: missing"),
    (
        "two bounds",
        GOOD.replace("unit", "at_least: 1, unit"),
        "exactly one of at_most",
    ),
    ("text as number", GOOD.replace("1000", "fast"), r":5: .*at_most: "),
    ("no samples", GOOD.replace("59", "0"), r":6: counts.samples: "),
    ("not a mapping", "- unlock\n", r"mine\.yaml:1: file: "),
]


@pytest.mark.parametrize(("text", "said"), [w[1:] for w in WRONG], ids=[w[0] for w in WRONG])
def test_a_wrong_plan_is_refused_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(PlanError, match=said):
        load_plan(written(tmp_path, text))


def test_a_plan_is_found_by_name_here_before_the_rigs_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "smoke" in list_plans()
    (tmp_path / "plans").mkdir()
    mine = written(tmp_path / "plans", GOOD, "smoke.yaml")
    monkeypatch.chdir(tmp_path)
    assert find_plan("smoke").path == mine


def test_a_plan_nobody_wrote_is_answered_with_those_there_are() -> None:
    with pytest.raises(PlanError, match=r"no plan 'smok': neither a file nor one of: .*smoke"):
        find_plan("smok")


def test_entries_are_found_beside_the_plan_before_the_rigs_own(tmp_path: Path) -> None:
    (tmp_path / "unlock").mkdir()
    text = GOOD.replace("[unlock]", "[unlock, lock, 'unlock::test_x']")
    plan = load_plan(written(tmp_path, text))
    beside, own, again = locate(plan)
    assert beside.path == tmp_path / "unlock"
    assert own.path.parts[-2:] == ("testplans", "lock")
    assert again.inside == "::test_x"
    assert paths_of((beside, own, again)) == [str(beside.path), str(own.path)]


def test_an_entry_that_is_nowhere_is_an_error(tmp_path: Path) -> None:
    plan = load_plan(written(tmp_path, GOOD.replace("[unlock]", "[unlokc]")))
    with pytest.raises(PlanError, match=r"mine\.yaml: tests: 'unlokc' is not in "):
        locate(plan)
