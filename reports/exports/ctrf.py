"""A run in the Common Test Report Format (ctrf.io), which many build servers read.

Its five statuses are fewer than our verdicts: what was not judged is "other", never "passed". The
verdict itself is in ``rawStatus``; measurements, observations and all else in ``extra``.
"""

from __future__ import annotations

import json
import math
import uuid
from collections import Counter
from typing import Any

from reports.exports.moments import since_epoch_ms
from reports.exports.run_json import plain
from reports.standing import Standing
from reports.summary import list_stamps
from reports.trials import Trial, list_trials
from rig.records.journal import Run
from rig.records.run import Measurement, Result

SPECIFICATION = "0.0.0"  # the common part of all versions up to 0.2
STATUSES = ("passed", "failed", "skipped", "pending", "other")
_STATUS = {
    Standing.PASS: "passed",
    Standing.RETRIED: "passed",  # with "flaky" and every attempt beside it
    Standing.FAIL: "failed",
    Standing.CONDITIONAL_FAIL: "failed",
    Standing.WAIVED: "failed",
    Standing.NOT_APPLICABLE: "skipped",
    Standing.NOT_RUN: "pending",
    Standing.UNFINISHED: "pending",
}


def write_ctrf(run: Run) -> bytes:
    """The document, ASCII, one line with its line feed; raises ReportError."""
    body = _document(run, list_trials(run))
    return f"{json.dumps(body, separators=(',', ':'), allow_nan=False)}\n".encode("ascii")


def _document(run: Run, trials: tuple[Trial, ...]) -> dict[str, Any]:
    started = run.started
    ended_utc = run.finished.ended_utc if run.finished else started.started_utc
    return {
        "reportFormat": "CTRF",
        "specVersion": SPECIFICATION,
        "reportId": str(uuid.uuid5(uuid.NAMESPACE_URL, f"urn:digital-key-rig:{started.run_id}")),
        "timestamp": ended_utc,
        "generatedBy": f"Digital Key Rig {started.rig_version}",
        "results": {
            "tool": {"name": "Digital Key Rig", "version": started.rig_version},
            "summary": _summary(run, trials),
            "tests": [_test(trial) for trial in trials],
            "environment": {
                "reportName": started.plan_title,
                "testEnvironment": started.bench,
                "osPlatform": started.system,
                "extra": {
                    "runId": started.run_id,
                    "plan": started.plan,
                    "simulated": started.simulated,
                    "vehicle": dict(started.vehicle),
                    "benchSha256": started.bench_sha256,
                    "planSha256": started.plan_sha256,
                    "lockSha256": started.lock_sha256,
                },
            },
        },
    }


def _summary(run: Run, trials: tuple[Trial, ...]) -> dict[str, Any]:
    counts = Counter(status(trial.standing) for trial in trials)
    start = since_epoch_ms(run.started.started_utc)
    if run.finished:
        stop = since_epoch_ms(run.finished.ended_utc)
    else:
        stop = max((_times(result)[1] for result in run.results), default=start)
    return {
        "tests": len(trials),
        **{name: counts[name] for name in STATUSES},
        "flaky": sum(trial.standing is Standing.RETRIED for trial in trials),
        "start": start,
        "stop": stop,
        "extra": {
            "complete": run.finished is not None and all(t.attempts for t in trials),
            "stamps": list_stamps(run, trials),
        },
    }


def status(standing: Standing) -> str:
    """The status nearest to a standing."""
    return _STATUS.get(standing, "other")


def _test(trial: Trial) -> dict[str, Any]:
    path = trial.test.partition("::")[0]
    found: dict[str, Any] = {
        "name": trial.test or "(a test without a name)",
        "status": status(trial.standing),
        "duration": 0,
        "suite": [path],
        "filePath": path,
        "rawStatus": trial.standing.value,
        "tags": list(trial.requirements),
    }
    if trial.last is None:
        return found
    found |= _outcome(trial.last)
    found["status"] = status(trial.standing)
    if len(trial.attempts) > 1:
        found["retries"] = len(trial.attempts) - 1
        found["retryAttempts"] = [
            {"attempt": max(1, r.attempt), **_outcome(r)} for r in trial.attempts[:-1]
        ]
    found["flaky"] = trial.standing is Standing.RETRIED
    return found


def _outcome(result: Result) -> dict[str, Any]:
    start, stop = _times(result)
    found: dict[str, Any] = {
        "status": status(Standing(result.verdict.value)),
        "duration": stop - start,
        "start": start,
        "stop": stop,
        "extra": {
            "verdict": result.verdict.value,
            "vehicle": result.vehicle,
            "visits": result.visits,
            "measurements": [_measurement(m) for m in result.measurements],
            "observations": [plain(o) for o in result.observations],
        },
    }
    if result.reason:
        found["message"] = result.reason
    return found


def _times(result: Result) -> tuple[int, int]:
    """Begin and end in ms since 1970."""
    start = since_epoch_ms(result.started_utc)
    lasted_ms = result.duration_s * 1000
    return start, start + (round(lasted_ms) if math.isfinite(lasted_ms) else 0)


def _measurement(measurement: Measurement) -> dict[str, Any]:
    """All but the samples, which have files of their own."""
    return {
        "name": measurement.name,
        "unit": measurement.unit,
        "wanted": measurement.wanted,
        "taken": len(measurement.samples),
        "statistics": [plain(s) for s in measurement.statistics],
        "judgements": [plain(j) for j in measurement.judgements],
    }
