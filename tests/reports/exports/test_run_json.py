"""Our own JSON, held against the schema that is published with it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from reports.exports.run_json import read_schema, write_run_json
from rig.records.codec import decode
from rig.records.journal import Run
from rig.records.run import Result
from tests.reports.exports.conftest import HOSTILE
from tests.reports.exports.json_schema import complaints
from tests.reports.exports.schema_of_run import schema


def test_the_published_schema_is_that_of_the_records() -> None:
    told = "write it again: python -m tests.reports.exports.schema_of_run"
    assert read_schema() == schema(), told


def test_a_run_fits_the_schema(run: Run) -> None:
    assert complaints(json.loads(read_schema()), json.loads(write_run_json(run))) == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda b: b.pop("tests"), "$: tests is missing"),
        (lambda b: b.update(version=2), "$.version: 2 is none of [1]"),
        (lambda b: b.update(colour="red"), "$: colour is unknown"),
        (lambda b: b["started"].update(simulated="no"), "$.started.simulated: 'no' is no boolean"),
        (
            lambda b: b["tests"][0]["attempts"][0].update(verdict="fine"),
            "$.tests[0].attempts[0].verdict: 'fine' is none of ",
        ),
    ],
    ids=["missing", "version", "unknown", "type", "verdict"],
)
def test_the_schema_refuses_what_is_no_run(run: Run, change: Any, told: str) -> None:
    body = json.loads(write_run_json(run))
    change(body)
    (found,) = complaints(json.loads(read_schema()), body)
    assert found.startswith(told)


def test_it_holds_all_that_the_journal_held(run: Run) -> None:
    body = json.loads(write_run_json(run))
    assert body["complete"] is False
    attempts = [a for t in body["tests"] for a in t["attempts"]]
    read = [decode(json.dumps({"record": "Result", **a}), (Result,)) for a in attempts[:4]]
    assert read == list(run.results[:4])
    assert read[3].reason == HOSTILE
    assert [t["standing"] for t in body["tests"]] == [
        "pass",
        "pass after retry",
        "fail",
        "pass",
        "observed",
        "not applicable",
        "not finished",
    ]


def test_what_is_no_finite_number_is_null(run: Run) -> None:
    text = write_run_json(run)
    assert b"NaN" not in text
    assert b"Infinity" not in text
    (hostile,) = [t for t in json.loads(text)["tests"] if t["test"] == "a.py::test_hostile"]
    assert hostile["attempts"][0]["measurements"][0]["samples"] == [None, None]
