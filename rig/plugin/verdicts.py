"""From what a test raised and measured to a verdict with its reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import pytest

from drivers.api.errors import ActionRefused, DriverError, OperatorDeclined, OutOfReach
from rig.bench.errors import BenchError
from rig.measure.errors import MeasureError
from rig.measure.outcomes import (
    ConditionallyKept,
    ConditionallyMissed,
    Inconclusive,
    NotApplicable,
    Outcome,
)
from rig.plans.errors import PlansError
from rig.plans.plan import Plan
from rig.records.run import Judgement, Measurement, Observation
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
    beside: str = ""  # what was found besides the exception that ended the phase
    conditional: bool = False  # it rests on nothing but results within the guard band


def of_exception(exc: BaseException, phase: str) -> Finding:
    """What an exception in a phase ("setup", "call", "teardown") means.

    Only the call judges the device under test: an assertion in set-up or teardown is an error.
    """
    reason = reason_of(exc)
    if isinstance(exc, NotApplicable):  # by what the bench is, not by what a phase came to
        return Finding(Verdict.NOT_APPLICABLE, reason)
    if phase != "call":
        reason = f"in {phase}: {reason}"
    conditional = phase == "call" and isinstance(exc, ConditionallyKept | ConditionallyMissed)
    if isinstance(exc, Inconclusive | OperatorDeclined | OutOfReach | pytest.skip.Exception):
        return Finding(Verdict.INCONCLUSIVE, reason, conditional=conditional)
    if phase == "call" and isinstance(exc, AssertionError | ActionRefused | pytest.fail.Exception):
        return Finding(Verdict.FAIL, reason, conditional=conditional)
    return Finding(Verdict.ERROR, reason)


def of_broken_call(exc: BaseException, measurements: Iterable[Measurement], plan: Plan) -> Finding:
    """What a call came to that an exception ended: a limit missed before that stays missed.

    Samples not taken say nothing here, and neither does a limit that the exception tells of.
    """
    ended, told = of_exception(exc, "call"), str(exc)
    missed = [found for m in measurements if (found := _missed(m, plan, told))]
    if not missed:
        return ended
    both = decided([ended, *missed]) or ended
    return replace(both, beside="; ".join(found.reason for found in missed))


def questioned(found: Finding, objection: Exception | None) -> Finding:
    """What a call came to when something speaks against judging anybody by it.

    A bench that broke in mid-test leaves no verdict, good or bad: what passed may have passed for
    that reason.
    """
    if objection is None or found.verdict not in _JUDGED:
        return found
    decisive = of_exception(objection, "call")
    verdict = Verdict.ERROR if decisive.verdict is Verdict.FAIL else decisive.verdict
    return Finding(verdict, decisive.reason, beside=found.reason)


_JUDGED = (Verdict.PASS, Verdict.FAIL, Verdict.OBSERVED)


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
    conditional = all(f.conditional for f in found if f.verdict is verdict)
    return Finding(verdict, "; ".join(f.reason for f in found if f.reason), conditional=conditional)


def reason_of(exc: BaseException) -> str:
    """An exception in one line, short enough for a table."""
    if isinstance(exc, BaseExceptionGroup):
        return _shortened("; ".join(reason_of(inner) for inner in exc.exceptions))
    if isinstance(exc, pytest.PytestUnhandledThreadExceptionWarning) and exc.__cause__:
        thread = str(exc).partition("\n")[0]  # the rest is advice on how to see the traceback
        return _shortened(f"{thread}: {reason_of(exc.__cause__)}")
    text = " ".join(str(exc).split())
    if isinstance(exc, AssertionError) and not text:
        text = "an assertion does not hold"
    elif not isinstance(exc, (*_SELF_EXPLAINING, pytest.skip.Exception, pytest.fail.Exception)):
        text = f"{type(exc).__name__}: {text}"
    return _shortened(text)


def _shortened(text: str) -> str:
    return text if len(text) <= _REASON_LENGTH else f"{text[: _REASON_LENGTH - 1]}…"


def _missed(measurement: Measurement, plan: Plan, told: str) -> Finding | None:
    """What is settled about a measurement, however it would have gone on; None for nothing."""
    if wrong := _wrong_unit(measurement, plan):
        return wrong
    judgements = (j for j in measurement.judgements if j.verdict is Verdict.FAIL)
    missed = [j for j in judgements if j.statement not in told]
    return _finding(measurement, missed) if missed else None


def _wrong_unit(measurement: Measurement, plan: Plan) -> Finding | None:
    name, unit = measurement.name, plan.unit(measurement.name)
    if unit is None or unit == measurement.unit:
        return None
    said = f"{name} is measured in {measurement.unit}, and the plan limits it in {unit}"
    return Finding(Verdict.ERROR, said)


def _of_measurement(measurement: Measurement, plan: Plan) -> Finding:
    if wrong := _wrong_unit(measurement, plan):
        return wrong
    name, taken = measurement.name, len(measurement.samples)
    if taken < measurement.wanted:
        return Finding(Verdict.FAIL, f"{name}: {taken} of {measurement.wanted} samples were taken")
    verdict = worst(j.verdict for j in measurement.judgements) if measurement.judgements else None
    if verdict in (None, Verdict.PASS):
        return Finding(Verdict.PASS)
    return _finding(measurement, [j for j in measurement.judgements if j.verdict is verdict])


def _finding(measurement: Measurement, alike: list[Judgement]) -> Finding:
    """What judgements of the same verdict say of a measurement."""
    said = "; ".join(j.statement for j in alike)
    return Finding(
        alike[0].verdict,
        f"{measurement.name}: {said}",
        conditional=all(j.conditional for j in alike),
    )
