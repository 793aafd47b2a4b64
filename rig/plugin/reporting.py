"""Makes pytest's own reports say what the rig found, for JUnit, pytest-html and `-x`."""

from __future__ import annotations

import pytest

from rig.plugin.recording import Attempt
from rig.plugin.verdicts import Finding
from rig.plugin.wording import figure_of, observed_in
from rig.records.verdict import Verdict

_OURS = ("verdict", "requirements", "measurement", "observed")


def adapt(
    item: pytest.Item, report: pytest.TestReport, found: Finding | None, attempt: Attempt
) -> None:
    """Give a phase's report the outcome of its finding, and the properties of the attempt.

    fail is pytest's failure; error is its error, which for pytest is a failure outside the call;
    inconclusive and not applicable are skips with their reason. A mark that expects the failure
    changes no verdict of the rig, so it changes no report of pytest's either.
    """
    if hasattr(report, "wasxfail"):
        del report.wasxfail
    if found is not None:
        _set_outcome(report, found)
        if found.verdict in (Verdict.FAIL, Verdict.ERROR):
            attempt.detail = attempt.detail or report.longreprtext
        others = [(k, v) for k, v in item.user_properties if k not in _OURS]
        item.user_properties[:] = [*others, *_properties(attempt)]
    report.user_properties = list(item.user_properties)


def _set_outcome(report: pytest.TestReport, found: Finding) -> None:
    if found.verdict is Verdict.ERROR:
        report.outcome = "failed"
        if report.when == "call":
            report.when = "setup"
    elif found.verdict in (Verdict.PASS, Verdict.OBSERVED, Verdict.FAIL):
        report.outcome = "failed" if found.verdict is Verdict.FAIL else "passed"
    else:
        report.outcome = "skipped"
        path, line, _ = report.location
        report.longrepr = (path, (line or 0) + 1, f"Skipped: {found.verdict}: {found.reason}")
        return
    if report.outcome == "passed":
        report.longrepr = None  # "[XPASS(strict)]"
    elif found.beside:
        report.longrepr = f"E   {found.beside}\n\n{report.longreprtext}"
    elif not report.longrepr:
        report.longrepr = found.reason


def _properties(attempt: Attempt) -> list[tuple[str, object]]:
    found: list[tuple[str, object]] = [
        ("verdict", str(attempt.so_far.verdict)),
        ("requirements", ", ".join(attempt.requirements)),
    ]
    found.extend(("measurement", figure_of(m)) for m in attempt.measurements)
    if attempt.observations:
        found.append(("observed", observed_in(attempt.observations)))
    return found
