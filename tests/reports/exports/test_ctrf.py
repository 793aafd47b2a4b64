"""CTRF: its form, and what its five statuses say of our verdicts."""

from __future__ import annotations

import json
import re
import uuid
from dataclasses import replace
from typing import Any

import pytest

from reports.errors import ReportError
from reports.exports.ctrf import STATUSES, status, write_ctrf
from reports.standing import Standing
from rig.records.journal import Run
from tests.reports.exports.conftest import HOSTILE
from tests.reports.exports.json_schema import complaints

_TEXT, _COUNT, _ANY = {"type": "string"}, {"type": "integer"}, {"type": "object"}
_STATUS = {"enum": list(STATUSES)}
_ATTEMPT = {"status": _STATUS, "duration": _COUNT, "start": _COUNT, "stop": _COUNT}
_ATTEMPT |= {"message": _TEXT, "extra": _ANY}
_COUNTS = ("tests", "passed", "failed", "skipped", "pending", "other", "start", "stop")


def _object(required: tuple[str, ...], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(required), "properties": properties}


# What the specification's schema (ctrf-io/ctrf, 0.0 to 0.2) asks of the fields that we write.
SCHEMA = _object(
    ("results", "reportFormat", "specVersion"),
    reportFormat={"const": "CTRF"},
    specVersion={"type": "string", "pattern": r"^[0-9]+\.[0-9]+\.[0-9]+$"},
    reportId=_TEXT,
    timestamp=_TEXT,
    generatedBy=_TEXT,
    results=_object(
        ("tool", "summary", "tests"),
        tool=_object(("name",), name={"type": "string", "pattern": "."}, version=_TEXT),
        summary=_object(_COUNTS, **dict.fromkeys((*_COUNTS, "flaky"), _COUNT), extra=_ANY),
        tests={
            "type": "array",
            "items": _object(
                ("name", "status", "duration"),
                **_ATTEMPT,
                name={"type": "string", "pattern": "."},
                suite={"type": "array", "items": _TEXT},
                filePath=_TEXT,
                rawStatus=_TEXT,
                tags={"type": "array", "items": _TEXT},
                retries=_COUNT,
                flaky={"type": "boolean"},
                retryAttempts={
                    "type": "array",
                    "items": _object(("attempt", "status"), **_ATTEMPT, attempt=_COUNT),
                },
            ),
        },
        environment=_object(
            (), reportName=_TEXT, testEnvironment=_TEXT, osPlatform=_TEXT, extra=_ANY
        ),
    ),
)


@pytest.fixture
def document(run: Run) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(write_ctrf(run))
    return body


def test_it_has_the_form_of_the_specification(document: dict[str, Any]) -> None:
    assert complaints(SCHEMA, document) == []
    assert uuid.UUID(document["reportId"])
    assert re.fullmatch(r"2026-03-02T[\d:]+\+00:00", document["timestamp"])


def test_the_counts_are_those_of_the_tests(document: dict[str, Any]) -> None:
    summary, tests = document["results"]["summary"], document["results"]["tests"]
    assert summary["tests"] == len(tests) == 7
    counted = {name: sum(t["status"] == name for t in tests) for name in STATUSES}
    assert counted == {"passed": 3, "failed": 1, "skipped": 1, "pending": 1, "other": 1}
    assert {name: summary[name] for name in STATUSES} == counted
    assert summary["extra"]["complete"] is False
    assert summary["stop"] - summary["start"] == 400


def test_a_retry_is_shown(document: dict[str, Any]) -> None:
    again = document["results"]["tests"][1]
    assert (again["status"], again["rawStatus"], again["flaky"]) == (
        "passed",
        "pass after retry",
        True,
    )
    assert again["retries"] == 1
    (first,) = again["retryAttempts"]
    assert (first["attempt"], first["status"], first["message"]) == (1, "other", "reader gone")
    assert document["results"]["summary"]["flaky"] == 1


def test_only_what_passed_is_passed() -> None:
    passed = {standing for standing in Standing if status(standing) == "passed"}
    assert passed == {Standing.PASS, Standing.RETRIED}


def test_hostile_text_is_text(document: dict[str, Any]) -> None:
    assert document["results"]["tests"][2]["message"] == HOSTILE


def test_measurements_stand_under_extra(document: dict[str, Any]) -> None:
    (taps,) = document["results"]["tests"][0]["extra"]["measurements"]
    assert (taps["name"], taps["unit"], taps["taken"]) == ("tap_to_unlock", "ms", 3)
    assert taps["judgements"][0]["verdict"] == "fail"


def test_a_time_that_is_none_is_refused(run: Run) -> None:
    with pytest.raises(ReportError, match="no time: 'soon'"):
        write_ctrf(replace(run, started=replace(run.started, started_utc="soon")))


def test_the_stamps_of_a_run_are_passed_on(run: Run) -> None:
    run = replace(run, started=replace(run.started, simulated=True))
    results = json.loads(write_ctrf(run))["results"]
    simulated, incomplete = results["summary"]["extra"]["stamps"]
    assert simulated == "SIMULATED - no compliance verdict"
    assert incomplete.startswith("INCOMPLETE - cut off during ")
    assert results["environment"]["extra"]["simulated"] is True
