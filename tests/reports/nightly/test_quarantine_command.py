"""`rig quarantine` and `rig baseline`: decisions of people, with their names."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from reports.history.baselines import baselines_in_force
from reports.history.quarantine import Quarantine, add_quarantine, list_quarantine
from reports.history.store import History
from reports.history.tables import BaselineRow
from rig.cli import main
from rig.plans.load import load_catalogue
from rig.records.verdict import Verdict
from tests.reports.history.conftest import server, where  # noqa: F401 - fixtures
from tests.reports.nightly.night_files import TRAY, Nights, golden, unlock
from tests.reports.sample_runs import result

TODAY = datetime.now(UTC).date()
FIRST = next(r.id for r in load_catalogue().requirements.values() if r.priority == "P1")
SECOND = next(r.id for r in load_catalogue().requirements.values() if r.priority == "P2")
BASE = TRAY.partition("[")[0]


@pytest.fixture
def kept(where: str, tmp_path: Path) -> str:  # noqa: F811 - the fixture
    """A history with one night."""
    with History(where) as history:
        first = result("a.py::test_first", requirements=(FIRST,))
        second = result(TRAY, Verdict.FAIL, requirements=(SECOND,))
        Nights(tmp_path, history).spend(0, [first, second])
    return where


def called(kept: str, *arguments: str) -> Result:
    return CliRunner().invoke(main, [*arguments, "--history", kept])


def test_a_flaky_test_is_put_aside_for_fourteen_days_and_taken_back(kept: str) -> None:
    assert "nothing is in quarantine" in called(kept, "quarantine", "list").output
    done = called(kept, "quarantine", "add", TRAY, "--owner", "beck", "--ticket", "DK-77")
    assert done.exit_code == 0, done.output
    with History(kept) as history:
        last = TODAY + timedelta(days=14)
        assert list_quarantine(history) == [Quarantine(TRAY, "beck", "DK-77", TODAY, last)]
    listed = called(kept, "quarantine", "list").output.splitlines()
    assert listed[1].split() == [str(last), "beck", "DK-77", TRAY]
    assert called(kept, "quarantine", "remove", TRAY).exit_code == 0
    assert called(kept, "quarantine", "remove", TRAY).exit_code == 2


def test_all_cases_of_a_test_may_be_put_aside_at_once_and_prolonged(kept: str) -> None:
    until = TODAY + timedelta(days=3)
    words = ("quarantine", "add", BASE, "--owner", "beck", "--ticket", "T")
    assert called(kept, *words, "--until", str(until)).exit_code == 0
    assert called(kept, *words).exit_code == 0
    with History(kept) as history:
        (one,) = list_quarantine(history)
    assert one.covers(TRAY)
    assert not one.covers(f"{BASE}_too[ios]")
    assert one.until == TODAY + timedelta(days=14)


def test_one_that_is_over_is_listed_as_what_it_is(kept: str) -> None:
    with History(kept) as history:
        day = TODAY - timedelta(days=1)
        add_quarantine(history, Quarantine(TRAY, "b\x1b[2J", "T", day, day))
    output = called(kept, "quarantine", "list").output
    assert "over: gates again" in output
    assert "\x1b" not in output


REFUSED = [
    (["a.py::test_first", "--owner", "b", "--ticket", "t"], f"is evidence for {FIRST}"),
    (["a.py::test_never", "--owner", "b", "--ticket", "t"], "has no result of the test"),
    ([TRAY, "--ticket", "t"], "--owner"),
    ([TRAY, "--owner", "b"], "--ticket"),
    ([TRAY, "--owner", " ", "--ticket", "t"], "--owner must not be empty"),
    ([TRAY, "--owner", "b", "--ticket", "t", "--until", "2999-01-01"], "--until is between"),
    ([TRAY, "--owner", "b", "--ticket", "t", "--until", "2020-01-01"], "--until is between"),
]


@pytest.mark.parametrize(("arguments", "said"), REFUSED, ids=[said for _, said in REFUSED])
def test_what_may_not_be_put_aside_is_refused(kept: str, arguments: list[str], said: str) -> None:
    done = called(kept, "quarantine", "add", *arguments)
    assert done.exit_code == 2, done.output
    assert said in done.output
    with History(kept) as history:
        assert not list_quarantine(history)


@pytest.fixture
def shifted(where: str, tmp_path: Path) -> str:  # noqa: F811 - the fixture
    """Ten nights of one level, and ten of another; the golden device beside."""
    with History(where) as history:
        nights = Nights(tmp_path, history, golden="golden_phone")
        nights.building([unlock(0), golden(0)])
        for n in range(10, 20):
            nights.spend(n, [unlock(n, 420.0), golden(n)])
    return where


def series_of(where: str, phone: str = "P1") -> str:  # noqa: F811 - an argument
    with History(where) as history:
        found = [b.key for b in baselines_in_force(history) if b.key.phone.endswith(phone)]
    return next(key.handle for key in found if key.metric)


def test_a_person_accepts_another_level_and_the_old_one_stays(shifted: str) -> None:
    series = series_of(shifted)
    listed = called(shifted, "baseline", "list").output
    assert "first baseline, accepted by nobody" in listed
    words = ("--by", "A. Beck", "--because", "new antenna")
    done = called(shifted, "baseline", "accept", series, *words)
    assert done.exit_code == 0, done.output
    with History(shifted) as history:
        (kept,) = baselines_in_force(history, [series])
        with history.reading() as session:
            assert session.query(BaselineRow).filter_by(series=series).count() == 2
    assert (kept.person, kept.accepted_on, kept.reason) == ("A. Beck", TODAY, "new antenna")
    assert (str(kept.figures["first"]), kept.figures["nights"]) == ("2026-10-11", 10)
    assert kept.golden == "Google Pixel G7"
    assert "accepted by A. Beck" in called(shifted, "baseline", "list").output


def test_fewer_than_ten_nights_are_not_accepted(shifted: str) -> None:
    words = ("--by", "A. Beck", "--because", "new antenna", "--from", "2026-10-13")
    done = called(shifted, "baseline", "accept", series_of(shifted), *words)
    assert done.exit_code == 2
    assert "not enough nights: 8 of 10" in done.output


def test_nights_that_no_nightly_judged_are_not_called_too_few(shifted: str) -> None:
    series = series_of(shifted)
    with History(shifted) as history, history.writing() as session:
        session.query(BaselineRow).filter_by(series=series).delete()
    said = called(shifted, "baseline", "list").output
    (line,) = (line for line in said.splitlines() if line.startswith(series))
    assert "no night has frozen a baseline yet; the next rig nightly that measures it" in line
    assert "not enough nights" not in line


def test_a_baseline_wants_a_person_a_reason_and_a_series(shifted: str) -> None:
    series = series_of(shifted)
    for words, said in (
        ((series, "--because", "x"), "--by"),
        ((series, "--by", "x"), "--because"),
        ((series, "--by", " ", "--because", "x"), "accepted with a person"),
        (("0123456789", "--by", "x", "--because", "x"), "no series '0123456789'"),
    ):
        done = called(shifted, "baseline", "accept", *words)
        assert done.exit_code == 2
        assert said in done.output


def test_a_metric_that_is_building_is_listed_with_how_far(
    where: str,  # noqa: F811 - the fixture
    tmp_path: Path,
) -> None:
    with History(where) as history:
        Nights(tmp_path, history).building([unlock(0)], 3)
    assert "building: not enough nights: 3 of 10" in called(where, "baseline", "list").output
