"""Plan files: read strictly, found by name, located on the disk."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from rig.plans.errors import PlanError
from rig.plans.load import find_plan, list_plans, load_plan
from rig.plans.plan import TESTPLANS, locate, paths_of

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


def test_a_test_may_say_how_often_where_the_plan_does_not(tmp_path: Path) -> None:
    plan = load_plan(written(tmp_path, GOOD))
    assert (plan.count("taps", 8), plan.count("samples", 8)) == (8, 59)


@pytest.mark.parametrize("name", ["smoke", "compliance", "nightly"])
def test_a_shipped_plan_names_tests_that_exist_and_the_basis_of_each_limit(name: str) -> None:
    plan = find_plan(name)
    assert locate(plan)
    assert all(limit.basis for limits in plan.limits.values() for limit in limits.values())


def test_compliance_leaves_out_no_folder_of_tests() -> None:
    folders = {path.parent for path in TESTPLANS.rglob("test_*.py")}
    assert {found.path for found in locate(find_plan("compliance"))} == folders


def test_nightly_takes_more_samples_of_what_compliance_measures() -> None:
    compliance, nightly = find_plan("compliance").counts, find_plan("nightly").counts
    assert compliance.keys() == nightly.keys()
    assert all(nightly[name] > compliance[name] for name in nightly)


def test_a_plan_chooses_decision_rule_retry_and_waivers(tmp_path: Path) -> None:
    plain = load_plan(written(tmp_path, GOOD))
    assert (plain.decision, plain.retry, plain.waivers) == ("simple", "never", None)
    more = "decision: guarded\nretry: rig_errors\nwaivers: ours.yaml\n"
    text = GOOD.replace("basis: plan", "basis: plan, decision: simple")
    plan = load_plan(written(tmp_path, text + more))
    assert (plan.decision, plan.retry) == ("guarded", "rig_errors")
    assert plan.waivers == tmp_path / "ours.yaml"
    bound = plan.limits["tap_to_unlock"]["p95"].bound()
    assert bound == {"at_most": 1000, "basis": "plan", "decision": "simple"}


def test_only_the_nightly_runs_a_test_again_that_broke_the_rig() -> None:
    """A retry hides a rig that breaks now and then; a compliance run must not."""
    again = {name: find_plan(name).retry for name in list_plans()}
    assert [name for name, retry in again.items() if retry != "never"] == ["nightly"]


READINGS = GOOD + "readings:\n  full_function: on_acceptance\n  counting: {pending: false}\n"


def test_a_plan_chooses_readings_by_name(tmp_path: Path) -> None:
    plan = load_plan(written(tmp_path, READINGS))
    assert plan.readings == {"full_function": "on_acceptance", "counting": {"pending": False}}
    assert load_plan(written(tmp_path, GOOD)).readings == {}


def test_who_knows_the_readings_refuses_a_wrong_one_and_the_plan_names_the_line(
    tmp_path: Path,
) -> None:
    def refuse(chosen: Mapping[str, object]) -> None:
        if "full_function" in chosen:
            raise ValueError("no reading full_function")

    path = written(tmp_path, READINGS)
    with pytest.raises(PlanError, match=re.escape(f"{path}:7: readings: no reading full_function")):
        load_plan(path, {"readings": refuse})
    with pytest.raises(PlanError, match="no reading full_function"):
        find_plan(str(path), {"readings": refuse})
    assert load_plan(written(tmp_path, GOOD), {"readings": refuse}).title == "A plan"


# id: (the file, line of the complaint, what it says)
WRONG: dict[str, tuple[str | bytes, int, str]] = {
    "unknown field": (
        GOOD + "test: red\n",
        7,
        "test is unknown; did you mean tests? there are: counts, decision, description, faults, ",
    ),
    "unknown field of a limit": (
        GOOD.replace("unit", "unti: s, unit"),
        5,
        "limits.tap_to_unlock.p95.unti is unknown; did you mean unit? there are: at_least, at_most",
    ),
    "readings as a list": (GOOD + "readings: [a]\n", 7, 'readings must be a mapping, found ["a"]'),
    "no title": (GOOD.replace("title: A plan\n", ""), 1, "title is missing"),
    "empty title": (GOOD.replace("A plan", "''"), 1, 'title must not be empty, found ""'),
    "no tests": (GOOD.replace("[unlock]", "[]"), 2, "tests must not be empty, found []"),
    "tests as text": (
        GOOD.replace("[unlock]", "unlock"),
        2,
        'tests must be a list, found "unlock"',
    ),
    "test that is a number": (
        GOOD.replace("[unlock]", "[1]"),
        2,
        "tests.0 must be text (in quotes if it looks like a number), found 1",
    ),
    "no limits": (
        GOOD.replace("{at_most: 1000, unit: ms, basis: plan}", "3"),
        5,
        "mapping, found 3",
    ),
    "limits as a list": (
        GOOD.replace("p95:", "- p95:"),
        4,
        "limits.tap_to_unlock must be a mapping",
    ),
    "empty limits": (
        GOOD.replace("\n    p95: {at_most: 1000, unit: ms, basis: plan}", " {}"),
        4,
        "limits.tap_to_unlock must not be empty, found {}",
    ),
    "no basis": (GOOD.replace(", basis: plan", ""), 5, "limits.tap_to_unlock.p95.basis is missing"),
    "two bounds": (
        GOOD.replace("unit", "at_least: 1, unit"),
        5,
        "limits.tap_to_unlock.p95 wants exactly one of at_most and at_least",
    ),
    "text as number": (GOOD.replace("1000", "fast"), 5, 'at_most must be a number, found "fast"'),
    "no number": (
        GOOD.replace("1000", ".nan"),
        5,
        "at_most must be a number that is finite, found",
    ),
    "a guarded spread": (
        GOOD.replace("p95:", "sd:").replace("basis: plan", "basis: plan, decision: guarded"),
        1,
        "tap_to_unlock.sd: a guard band is of values, and a deviation is none",
    ),
    "no such rule": (GOOD + "decision: lenient\n", 7, "decision must be 'simple' or 'guarded'"),
    "no such retry": (GOOD + "retry: always\n", 7, "retry must be 'never' or 'rig_errors'"),
    "no samples": (GOOD.replace("59", "0"), 6, "counts.samples must be at least 1, found 0"),
    "quoted count": (GOOD.replace("59", "'59'"), 6, 'must be a whole number, found "59"'),
    "count named by a number": (
        GOOD.replace("samples", "1"),
        6,
        "counts.1 must be text (in quotes",
    ),
    "key that is a number": (
        GOOD + "1: 2\n",
        7,
        "1 must be text (in quotes if it looks like a num",
    ),
    "not a mapping": ("- unlock\n", 1, 'the file must be a mapping, found ["unlock"]'),
    "empty": ("# nothing\n", 1, "the file must be a mapping, found nothing"),
    "a list in itself": ("title: &a [*a]\ntests: [x]\n", 1, "title must be text (in quotes if it"),
    "no UTF-8": (b"title: x\ntests: \xff\n", 2, "not UTF-8 text: byte 0xFF"),
    "control character": ("title: \u00fc\n# a\x01\n", 2, "character 0x01 is not allowed"),
    "no YAML": ("title: [\n", 2, "not YAML: "),
    "key twice": (GOOD + "title: again\n", 7, "'title' is given twice"),
    "two documents": (GOOD + "---\na: 1\n", 7, "not YAML: but found another document"),
}


@pytest.mark.parametrize(("text", "line", "says"), WRONG.values(), ids=WRONG)
def test_a_wrong_plan_is_one_complaint_with_its_line(
    tmp_path: Path, text: str | bytes, line: int, says: str
) -> None:
    path = tmp_path / "mine.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(PlanError, match=re.escape(says)) as got:
        load_plan(path)
    assert str(got.value).startswith(f"{path}:{line}: ")
    assert "\n" not in str(got.value)


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
