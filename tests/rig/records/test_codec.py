"""Records as JSON lines: exact both ways, strict on the way in."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rig.records.codec import RecordError, decode, encode
from rig.records.run import Judgement, Limit, Measurement, Result, RunFinished, Statistic
from rig.records.trace import FieldRecord, StepRecord, VisitRecord
from rig.records.verdict import Verdict

RESULT = Result(
    test="testplans/unlock/test_x.py::test_y[ä]",
    attempt=1,
    requirements=("DK-UNLOCK-01",),
    verdict=Verdict.FAIL,
    reason="not unlocked",
    started_utc="2026-11-21T12:00:00+00:00",
    duration_s=1.5,
    measurements=(
        Measurement(
            name="tap",
            unit="ms",
            wanted=2,
            samples=(1.0, 2.5),
            statistics=(Statistic("p50", 1.75, None, None, 0.95),),
            judgements=(Judgement(Limit("p95", "<=", 2.0, "plan"), Verdict.FAIL, "too slow"),),
            phases={"presence to selected": (0.5, 0.6)},
        ),
    ),
    visits=1,
)
VISIT = VisitRecord(
    test="t",
    attempt=1,
    number=1,
    place="tray",
    outcome="refused",
    explanation="",
    marks={"presence": 0},
    steps=(StepRecord("AUTH0", "tray", 1, 2, "80", "", "gone", (FieldRecord(0, "a", "b"),)),),
)
KINDS = (Result, RunFinished, VisitRecord)


@pytest.mark.parametrize(
    "record", [RESULT, VISIT, RunFinished("2026", None, 130, "interrupted by SIGINT")]
)
def test_a_record_is_one_line_and_comes_back_equal(record: object) -> None:
    line = encode(record)
    assert "\n" not in line
    assert decode(line, KINDS) == record


def changed(**fields: object) -> str:
    return json.dumps({**json.loads(encode(RESULT)), **fields})


REFUSED = [
    pytest.param("", "not one of Result", id="nothing"),
    pytest.param("[]", "not one of", id="no object"),
    pytest.param('{"record": "Resulting"}', "not one of", id="unknown kind"),
    pytest.param('{"record": "RunFinished"}', "missing", id="fields missing"),
    pytest.param(changed(colour="red"), "unknown field colour", id="unknown field"),
    pytest.param(changed(attempt="1"), "Result.attempt: '1' is not int", id="wrong type"),
    pytest.param(changed(attempt=True), "Result.attempt: True is not int", id="bool is no int"),
    pytest.param(changed(verdict="maybe"), "'maybe' is not a valid Verdict", id="no verdict"),
    pytest.param(changed(requirements="DK"), "is not a list", id="text is no list"),
    pytest.param(changed(measurements=[1]), "is not an object", id="number is no record"),
    pytest.param(changed(reason=None), "None is not str", id="null"),
]


@pytest.mark.parametrize(("line", "complaint"), REFUSED)
def test_what_is_no_record_is_refused(line: str, complaint: str) -> None:
    with pytest.raises(RecordError, match=complaint):
        decode(line, KINDS)


@given(st.text(max_size=80) | st.dictionaries(st.text(), st.integers()).map(json.dumps))
def test_any_text_is_refused_with_our_error_only(line: str) -> None:
    with pytest.raises(RecordError):
        decode(line, KINDS)
