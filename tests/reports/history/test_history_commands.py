"""`rig history`, `rig compare` and `rig trend`, called as click calls them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from rig.cli import main
from rig.records.journal import JOURNAL
from rig.records.run import DeviceRecord, TestStarted
from rig.records.verdict import Verdict
from tests.reports.sample_runs import result, taps, write_run

NAME = "DK-UNLOCK-03"
ONE, TWO = "20260301T220000Z-smoke-desk", "20260302T220000Z-smoke-desk"


def called(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def lines(done: Result) -> list[str]:
    return [" ".join(line.split()) for line in done.output.splitlines()]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with two runs below ./runs."""
    monkeypatch.chdir(tmp_path)
    for run_id, verdict, median in ((ONE, Verdict.PASS, 300.0), (TWO, Verdict.FAIL, 330.0)):
        tap = result("a::tap", verdict, requirements=(NAME,), measurements=(taps([median]),))
        began = f"{run_id[:4]}-{run_id[4:6]}-{run_id[6:8]}T22:00:00+00:00"
        write_run(tmp_path / "runs" / run_id, [tap], run_id=run_id, started_utc=began)
    return tmp_path


def test_runs_come_in_and_are_asked_about(desk: Path, where: str) -> None:
    kept = ("--history", where)
    done = called("history", "import", *kept)
    assert (done.exit_code, lines(done)) == (0, [f"runs/{ONE}: added", f"runs/{TWO}: added"])
    assert lines(called("history", "import", ONE, *kept)) == [f"runs/{ONE}: already there"]
    listed = lines(called("history", "list", *kept))
    assert listed[1:] == [f"2026-03-02 fail 1 {TWO}", f"2026-03-01 pass 1 {ONE}"]
    shown = lines(called("trend", NAME, *kept))
    assert shown[0] == "tap_to_unlock in ms, a::tap"
    assert shown[-2:] == ["2026-03-01 300 1 of 1 1 of 1", "2026-03-02 330 1 of 1 0 of 1"]
    worse = called("compare", "20260301", "20260302", *kept)
    assert worse.exit_code == 1
    assert "- pass -> fail a::tap" in lines(worse)
    assert "tap_to_unlock in ms 300 330 1.100 a::tap" in lines(worse)
    assert called("compare", "20260302", "20260301", *kept).exit_code == 0
    assert not (desk / "runs" / "history.db").exists()


def test_programs_are_answered_in_json(desk: Path, where: str) -> None:
    assert desk.is_dir()
    kept = ("--history", where, "--json")
    called("history", "import", *kept[:2])
    listed = json.loads(called("history", "list", *kept).output)
    assert [(run["run_id"], run["verdict"]) for run in listed["runs"]] == [
        (TWO, "fail"),
        (ONE, "pass"),
    ]
    worse = called("compare", "20260301", "20260302", *kept)
    body = json.loads(worse.output)
    assert (worse.exit_code, body["got_worse"]) == (1, True)
    assert body["tests"] == [
        {"name": "a::tap", "before": "pass", "after": "fail", "direction": "worse"}
    ]
    assert body["medians"][0]["factor"] == pytest.approx(1.1)
    (series,) = json.loads(called("trend", NAME, *kept).output)["series"]
    assert [(n["night"], n["median"], n["samples"]) for n in series["nights"]] == [
        ("2026-03-01", 300.0, [300.0]),
        ("2026-03-02", 330.0, [330.0]),
    ]


def test_nights_are_parted_by_the_noon_of_the_zone_that_is_asked_for(desk: Path) -> None:
    assert desk.is_dir()
    called("history", "import", ONE, "--zone", "Pacific/Auckland")  # noon there is 23:00 UTC
    called("history", "import", TWO, "--zone", "Asia/Tokyo")  # 03:00 UTC
    nights = [line.split()[0] for line in lines(called("history", "list"))[1:]]
    assert nights == ["2026-03-02", "2026-03-01"]
    head: dict[str, Any] = {
        "run_id": "20260303T233000Z-x",
        "started_utc": "2026-03-03T23:30:00+00:00",
    }
    write_run(desk / "runs" / "late", [result("a::tap")], **head)
    called("history", "import", "late", "--zone", "Pacific/Auckland")
    assert lines(called("history", "list"))[1].startswith("2026-03-04 pass")


def test_the_history_is_beside_the_runs_unless_another_is_named(
    desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert called("history", "import").exit_code == 0
    assert (desk / "runs" / "history.db").is_file()
    monkeypatch.setenv("RIG_HISTORY", "other/history.db")
    assert called("history", "list").exit_code == 2
    assert called("history", "import").exit_code == 0
    assert called("history", "list").exit_code == 0


def test_a_refused_journal_does_not_stop_the_others(desk: Path) -> None:
    (desk / "runs" / ONE / JOURNAL).write_text('{"record": "Result"}\n')
    done = called("history", "import")
    assert done.exit_code == 1
    assert "refused: runs/" in done.output
    assert f"{TWO}: added" in done.output


def test_a_changed_journal_is_taken_when_asked_to(desk: Path) -> None:
    called("history", "import")
    journal = desk / "runs" / ONE / JOURNAL
    journal.write_text(journal.read_text().replace("300.0", "200.0"))
    assert called("history", "import", ONE).exit_code == 1
    done = called("history", "import", ONE, "--replace")
    assert (done.exit_code, lines(done)) == (0, [f"runs/{ONE}: replaced"])


WRONG = [
    (["history", "import", "nothing"], 2, "nothing is no folder"),
    (["history", "list", "--history", "none.db"], 2, "There is no history in none.db"),
    (["compare", "2026", "20260302"], 2, "several runs begin with '2026'"),
    (["compare", "1999", "20260302"], 2, "no run '1999' in the history"),
    (["history", "import", "--zone", "Mars/Crater"], 2, "'Mars/Crater' is no time zone"),
    (["history", "import", "--zone", "../passwd"], 2, "is no time zone"),
    (["trend", "DK-UNLOCK-99"], 2, "The history has no result of 'DK-UNLOCK-99'."),
    (["trend", NAME, "--nights", "0"], 2, "--nights"),
    (["trend", NAME, "--history", "mysql://x/y"], 2, "no history on 'mysql'"),
    (["history", "list", "--history", "postgresql://a:secret@x:port/b"], 2, "no URL of a database"),
    (["history", "list", "--history", "postgresql://a:secret@127.0.0.1:1/b"], 3, "127.0.0.1:1/b"),
    (["history", "list", "--history", "runs"], 3, "unable to open"),
]


@pytest.mark.parametrize(
    ("arguments", "status", "said"), WRONG, ids=[" ".join(w[0]) for w in WRONG]
)
def test_what_cannot_be_is_one_message_and_its_status(
    desk: Path, arguments: list[str], status: int, said: str
) -> None:
    assert desk.is_dir()
    called("history", "import")
    done = called(*arguments)
    assert done.exit_code == status, done.output
    assert said in done.output
    assert "secret" not in done.output
    assert "Traceback" not in done.output


def test_text_of_devices_and_journals_does_not_control_the_terminal(desk: Path) -> None:
    bad = "\x1b]0;owned\x07\x1b[2J\r\u202e\u2028\x9b31m"
    phone = DeviceRecord(bad, "phone.adb", False, bad, bad, bad, bad)
    tap = result(
        bad, Verdict.FAIL, requirements=(bad,), measurements=(taps([1.0], name=bad, unit=bad),)
    )
    head: dict[str, Any] = {
        "run_id": f"x{bad}",
        "devices": (phone,),
        "vehicle": {"software": bad},
        "bench": bad,
    }
    cut = TestStarted(bad, 2, ())
    write_run(desk / "runs" / "bad", [tap], cut_off=cut, **head)
    called("history", "import")
    (desk / "runs" / "bad" / JOURNAL).write_bytes(b"{}\n")
    asked = [("history", "list"), ("trend", bad), ("compare", "x", ONE), ("compare", ONE, "x")]
    asked += [("trend", f"{bad}?"), ("compare", bad, bad), ("history", "import", "bad")]
    for words in asked:
        output = called(*words).output
        assert output
        assert all(c.isprintable() for line in output.split("\n") for c in line), words
