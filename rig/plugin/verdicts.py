"""From what a test raised and measured to a verdict with its reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pytest

from drivers.api.errors import DriverError
from rig.bench.errors import BenchError
from rig.measure.errors import MeasureError
from rig.measure.outcomes import Inconclusive, NotApplicable, Outcome
from rig.plans.errors import PlansError
from rig.plans.plan import Plan
from rig.records.run import Measurement, Observation
from rig.records.verdict import Verdict, worst
from rig.vehicle.errors import VehicleError

_REASON_LENGTH = 400
_SELF_EXPLAINING = (
    AssertionError,
    BenchError,
    DriverError,
    MeasureError,
    Outcome,
    PlansError,
    VehicleError,
)


@dataclass(frozen=True, slots=True)
class Finding:
    """What one phase of a test came to."""

    verdict: Verdict
    reason: str = ""


def of_exception(exc: BaseException, phase: str) -> Finding:
    """What an exception in a phase ("setup", "call", "teardown") means.

    Only the call judges the device under test: an assertion in set-up or teardown is an error.
    """
    reason = reason_of(exc)
    if phase != "call":
        reason = f"in {phase}: {reason}"
    if isinstance(exc, Inconclusive | pytest.skip.Exception):
        return Finding(Verdict.INCONCLUSIVE, reason)
    if isinstance(exc, NotApplicable):
        return Finding(Verdict.NOT_APPLICABLE, reason)
    if phase == "call" and isinstance(exc, AssertionError | pytest.fail.Exception):
        return Finding(Verdict.FAIL, reason)
    return Finding(Verdict.ERROR, reason)


def of_completion(
    measurements: Iterable[Measurement], observations: Iterable[Observation], plan: Plan
) -> Finding:
    """What a test that ran to its end came to: it still owes what it declared to measure."""
    findings = [_of_measurement(m, plan) for m in measurements]
    if any(o.ambiguity for o in observations):
        findings.append(Finding(Verdict.OBSERVED))
    return decided(findings) or Finding(Verdict.PASS)


def decided(findings: Iterable[Finding]) -> Finding | None:
    """The finding that decides over the others, with all their reasons; None for none."""
    found = list(findings)
    if not found:
        return None
    verdict = worst(f.verdict for f in found)
    found.sort(key=lambda f: f.verdict is not verdict)
    return Finding(verdict, "; ".join(f.reason for f in found if f.reason))


def reason_of(exc: BaseException) -> str:
    """An exception in one line, short enough for a table."""
    text = " ".join(str(exc).split())
    if isinstance(exc, AssertionError) and not text:
        text = "an assertion does not hold"
    elif not isinstance(exc, (*_SELF_EXPLAINING, pytest.skip.Exception, pytest.fail.Exception)):
        text = f"{type(exc).__name__}: {text}"
    return text if len(text) <= _REASON_LENGTH else f"{text[: _REASON_LENGTH - 1]}…"


def _of_measurement(measurement: Measurement, plan: Plan) -> Finding:
    name, taken = measurement.name, len(measurement.samples)
    unit = plan.unit(name)
    if unit is not None and unit != measurement.unit:
        said = f"{name} is measured in {measurement.unit}, and the plan limits it in {unit}"
        return Finding(Verdict.ERROR, said)
    if taken < measurement.wanted:
        return Finding(Verdict.FAIL, f"{name}: {taken} of {measurement.wanted} samples were taken")
    verdict = worst(j.verdict for j in measurement.judgements) if measurement.judgements else None
    if verdict in (None, Verdict.PASS):
        return Finding(Verdict.PASS)
    said = "; ".join(j.statement for j in measurement.judgements if j.verdict is verdict)
    return Finding(verdict, f"{name}: {said}")
