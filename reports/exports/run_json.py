"""A run as one JSON document of a published form: `run.schema.json` beside this file.

``VERSION`` counts forms that an older reader would misread. Fields may be added within one, as the
journal's own ``schema`` says. A value that is no finite number is null: JSON has no word for it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib import resources
from typing import Any

from reports.trials import list_trials
from rig.records.codec import encode
from rig.records.journal import Run
from rig.records.run import Result, RunFinished, RunStarted

FORMAT, VERSION = "digital-key-rig/run", 1


@dataclass(frozen=True, slots=True)
class TestOfRun:
    """A test with all its attempts, and how it stands after them."""

    __test__ = False

    test: str
    standing: str  # as reports.standing has it: a verdict, "pass after retry", ...
    attempts: tuple[Result, ...]


@dataclass(frozen=True, slots=True)
class RunDocument:
    """What was tested on what, each test in the order of the plan, and how the run ended."""

    format: str
    version: int
    complete: bool  # it has its end, and every selected test a result
    started: RunStarted
    tests: tuple[TestOfRun, ...]
    finished: RunFinished | None


def write_run_json(run: Run) -> bytes:
    """The document, ASCII, one line with its line feed; keys in the order of the schema."""
    document = RunDocument(
        format=FORMAT,
        version=VERSION,
        complete=run.finished is not None and all(t.attempts for t in list_trials(run)),
        started=run.started,
        tests=tuple(
            TestOfRun(t.test, t.standing.value, tuple(t.attempts)) for t in list_trials(run)
        ),
        finished=run.finished,
    )
    return dump(document)


def plain(record: object) -> Any:
    """A record as objects, lists and plain values; what is no finite number becomes None."""
    body = json.loads(encode(record), parse_constant=lambda _: None)
    del body["record"]
    return body


def dump(record: object) -> bytes:
    """A record as a line of JSON."""
    return f"{json.dumps(plain(record), separators=(',', ':'))}\n".encode("ascii")


def read_schema() -> bytes:
    """The published JSON Schema (draft 2020-12) of the document."""
    return resources.files("reports.exports").joinpath("run.schema.json").read_bytes()
