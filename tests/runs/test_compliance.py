"""The whole compliance plan from end to end, on virtual devices."""

from __future__ import annotations

import pytest

from rig.plans.coverage import coverage
from rig.plans.load import load_catalogue
from rig.records.verdict import Verdict
from tests.runs.rig_runs import Ended, OwnBench, RigRun

HONEST = {Verdict.PASS, Verdict.OBSERVED, Verdict.NOT_APPLICABLE}


@pytest.fixture(scope="module")
def compliance(rig_run: RigRun, own_bench: OwnBench) -> Ended:
    return rig_run("compliance", own_bench("virtual-in-process"))


def test_nothing_fails_on_a_virtual_bench(compliance: Ended) -> None:
    """What no bench can judge has its reason in the catalogue, and no test."""
    left = {r.test: r.reason for r in compliance.run.results if r.verdict not in HONEST}
    assert not left
    assert compliance.status == 0, compliance.output


def test_each_requirement_is_judged_or_said_not_to_be(compliance: Ended) -> None:
    """A requirement has a result in the run, or the catalogue's reason for having none."""
    judged = {requirement for r in compliance.run.results for requirement in r.requirements}
    assert judged == set(coverage())
    catalogue = load_catalogue()
    without = {requirement.id for requirement in catalogue} - judged
    assert without == set(catalogue.unjudged)


def test_every_selected_test_has_one_result(compliance: Ended) -> None:
    assert [r.test for r in compliance.run.results] == list(compliance.run.started.selected)


def test_the_report_follows_one_pairing(compliance: Ended) -> None:
    page = (compliance.run.folder / "report.html").read_text()
    assert "SIMULATED" in page
    for step in ("SPAKE2+ REQUEST", "SPAKE2+ VERIFY", "WRITE DATA", "OP CONTROL FLOW"):
        assert step in page, step
