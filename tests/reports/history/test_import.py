"""Runs come into the history once, whole or not at all, however old or hostile their journal."""

from __future__ import annotations

import json
import threading
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from reports.history.errors import HistoryError, JournalRefused
from reports.history.importing import Outcome, import_run
from reports.history.samples import unpack
from reports.history.store import History
from rig.records.journal import JOURNAL, read_run
from rig.records.run import DeviceRecord, TestStarted
from rig.records.verdict import Verdict
from tests.reports.history.tables_of import held
from tests.reports.sample_runs import STARTED, result, taps, write_run

UNLOCK = result(
    "a::test_unlock",
    requirements=("DK-UNLOCK-01", "DK-UNLOCK-03"),
    measurements=(taps([310.5, 290.0, 301.25]),),
    vehicle="cooper hatch 2026",
)
FAILED = result("a::test_lock", Verdict.FAIL, reason="it stayed open", attempt=2)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_run(tmp_path / "run", [UNLOCK, FAILED])


def test_a_run_is_kept_with_all_that_a_history_asks_for(history: History, folder: Path) -> None:
    assert import_run(history, folder) is Outcome.ADDED
    rows, run = held(history), read_run(folder)
    (kept,) = rows["run"]
    assert kept["run_id"] == run.started.run_id
    assert (kept["complete"], kept["verdict"], kept["exit_status"]) == (True, "fail", 0)
    assert kept["night"] == date(2026, 3, 1)  # it began at 9 in the morning
    assert kept["vehicle"] == run.started.vehicle
    assert [row["serial"] for row in rows["device"]] == ["RR554-1"]
    # What this rig's own reader, which knows each field by its type, says of the same journal.
    assert {
        (row["test"], row["attempt"], row["verdict"], row["reason"]) for row in rows["result"]
    } == {(r.test, r.attempt, r.verdict.value, r.reason) for r in run.results}
    assert [row["requirement"] for row in rows["result_requirement"]] == [
        "DK-UNLOCK-01",
        "DK-UNLOCK-03",
    ]
    (measured,) = rows["measurement"]
    assert unpack(measured["samples"]) == run.results[0].measurements[0].samples
    assert (measured["median"], measured["taken"], measured["unit"]) == (301.25, 3, "ms")


def test_the_same_journal_again_changes_nothing(history: History, folder: Path) -> None:
    import_run(history, folder)
    before = held(history)
    assert import_run(history, folder) is Outcome.UNCHANGED
    assert held(history) == before


def test_a_killed_run_is_marked_and_what_it_found_is_kept(history: History, tmp_path: Path) -> None:
    cut = TestStarted("a::test_start", 1, ())
    import_run(history, write_run(tmp_path / "run", [UNLOCK], cut_off=cut))
    rows = held(history)
    (kept,) = rows["run"]
    assert (kept["complete"], kept["under_way"], kept["verdict"]) == (False, "a::test_start", "")
    assert len(rows["result"]) == len(rows["measurement"]) == 1


def test_a_run_that_went_on_takes_the_place_of_what_was_cut_off(
    history: History, folder: Path
) -> None:
    journal = folder / JOURNAL
    whole = journal.read_bytes()
    lines = whole.splitlines(keepends=True)
    journal.write_bytes(b"".join(lines[:3]) + lines[3][:20])  # killed inside a line
    assert import_run(history, folder) is Outcome.ADDED
    assert len(held(history)["result"]) == 1
    journal.write_bytes(whole)
    assert import_run(history, folder) is Outcome.CONTINUED
    (kept,) = held(history)["run"]
    assert kept["complete"]
    assert [row["number"] for row in held(history)["result"]] == [1, 2]


def test_a_line_that_was_cut_was_never_said(history: History, folder: Path) -> None:
    """Whoever goes on with a run writes another line in its place."""
    journal = folder / JOURNAL
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join(lines[:3]) + b'{"record":"Result","test":"los')
    import_run(history, folder)
    journal.write_bytes(b"".join(lines))
    assert import_run(history, folder) is Outcome.CONTINUED


def test_a_changed_journal_is_refused_until_it_is_to_be_replaced(
    history: History, folder: Path
) -> None:
    import_run(history, folder)
    before = held(history)
    journal = folder / JOURNAL
    journal.write_text(journal.read_text().replace('"verdict":"fail"', '"verdict":"pass"'))
    with pytest.raises(JournalRefused, match="with another journal"):
        import_run(history, folder)
    assert held(history) == before
    assert import_run(history, folder, replace=True) is Outcome.REPLACED
    assert {row["verdict"] for row in held(history)["result"]} == {"pass"}


def test_a_cut_off_run_with_another_beginning_is_no_continuation(
    history: History, folder: Path
) -> None:
    journal = folder / JOURNAL
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join(lines[:3]))
    import_run(history, folder)
    journal.write_bytes(b"".join(lines).replace(b"310.5", b"210.5"))
    with pytest.raises(JournalRefused, match="with another journal"):
        import_run(history, folder)


OLD: list[dict[str, Any]] = [
    {"record": "RunStarted", "started_utc": "2025-11-05T23:30:00"},
    {"record": "Result", "test": "t", "requirements": ["DK-UNLOCK-01"], "verdict": "pass"},
    {"record": "Result", "test": "u", "measurements": [{"name": "m", "samples": [1, 2.5]}]},
]


def write_lines(folder: Path, records: list[dict[str, Any]]) -> Path:
    folder.mkdir(exist_ok=True)
    text = "".join(f"{json.dumps(record)}\n" for record in records)
    (folder / JOURNAL).write_text(text)
    return folder


def test_an_old_journal_comes_in_with_what_it_has(history: History, tmp_path: Path) -> None:
    folder = write_lines(tmp_path / "20251105T233000Z-old", OLD)
    assert import_run(history, folder) is Outcome.ADDED
    rows = held(history)
    (kept,) = rows["run"]
    assert (kept["run_id"], kept["complete"]) == ("20251105T233000Z-old", False)
    assert (kept["phone"], kept["software"]) == ("no phone", "not recorded")
    assert (kept["started_utc"], kept["night"]) == ("2025-11-05T23:30:00+00:00", date(2025, 11, 5))
    assert [row["attempt"] for row in rows["result"]] == [1, 1]
    assert rows["measurement"][0]["median"] == 1.75


def test_a_newer_journal_comes_in_without_what_is_not_known(
    history: History, tmp_path: Path
) -> None:
    records = [{**OLD[0], "mood": 1}, {"record": "Weather", "sun": True}, *OLD[1:]]
    import_run(history, write_lines(tmp_path / "new", records))
    assert len(held(history)["result"]) == 2


def changed(number: int, **fields: Any) -> list[dict[str, Any]]:
    return [{**record, **(fields if n == number else {})} for n, record in enumerate(OLD)]


REFUSED = {
    "no head": (OLD[1:], "does not begin with a RunStarted record"),
    "two heads": (OLD + OLD, "more than one run"),
    "no time": (changed(0, started_utc="yesterday"), "does not say when the run began"),
    "time out of range": (
        changed(0, started_utc="0001-01-01T00:00:00+23:00"),
        "when the run began",
    ),
    "endless id": (changed(0, run_id="x" * 201), "an id has 1 to 200 characters"),
    "endless requirement": (changed(1, requirements=["é" * 201]), "an id has 1 to 200 characters"),
    "number for text": (changed(1, verdict=7), "jsonl:2: 'verdict' is not what it must be"),
    "text for list": (changed(1, requirements="DK-1"), "'requirements' is not what it must be"),
    "huge attempt": (changed(1, attempt=2**31), "'attempt' is not what it must be"),
    "endless duration": (changed(1, duration_s=float("inf")), "'duration_s' is not"),
    "text as sample": (changed(2, measurements=[{"samples": ["1"]}]), "measurements 1: 'samples'"),
    "measurement of text": (changed(2, measurements=["m"]), "measurements 1 is not an object"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_journal_that_cannot_be_kept_is_refused_whole(
    history: History, tmp_path: Path, name: str
) -> None:
    records, said = REFUSED[name]
    with pytest.raises(JournalRefused, match=said):
        import_run(history, write_lines(tmp_path / "bad", records))
    assert not any(held(history).values())


@pytest.mark.parametrize("line", ["", "[1]", "{", "[" * 100_000, '{"a":' + "9" * 5000 + "}"])
def test_a_line_that_is_no_object_is_refused(history: History, tmp_path: Path, line: str) -> None:
    folder = write_lines(tmp_path / "bad", OLD)
    with (folder / JOURNAL).open("a") as file:
        file.write(f"{line}\n")
    with pytest.raises(JournalRefused, match=r"jsonl:4 is not "):
        import_run(history, folder)


def test_no_folder_is_refused_by_name(history: History, tmp_path: Path) -> None:
    with pytest.raises(JournalRefused, match=r"nowhere/journal\.jsonl: No such file"):
        import_run(history, tmp_path / "nowhere")


HOSTILE = ["'; DROP TABLE run; --", "\x00\x1b[2J", "\ud800", "%s %(a)s :b ?", '"run"', "\u202eevil"]


def test_hostile_text_is_kept_as_text(history: History, tmp_path: Path) -> None:
    for number, text in enumerate(HOSTILE):
        records = changed(1, test=text, requirements=[text], reason=text, vehicle=text)
        records[0]["run_id"] = f"{number} {text}"
        records[0]["vehicle"] = {text: text}
        records[0]["devices"] = [{"name": text, "driver": "phone.adb", "serial": text}]
        import_run(history, write_lines(tmp_path / "hostile", records))
    clean = [text.replace("\x00", "\ufffd").replace("\ud800", "\ufffd") for text in HOSTILE]
    rows = held(history)
    assert sorted(row["requirement"] for row in rows["result_requirement"]) == sorted(clean)
    assert {row["phone"] for row in rows["run"]} == set(clean)
    assert {*(key for row in rows["run"] for key in row["vehicle"])} == set(clean)


def test_a_sample_that_is_no_number_was_not_taken(history: History, tmp_path: Path) -> None:
    samples = [1.0, float("nan"), 3.0, float("-inf"), 10**400]
    records = changed(2, measurements=[{"name": "m", "wanted": 5, "samples": samples}])
    import_run(history, write_lines(tmp_path / "run", records))
    (kept,) = held(history)["measurement"]
    assert (kept["wanted"], kept["taken"], kept["median"]) == (5, 2, 2.0)


def test_two_at_once_bring_a_run_in_once(where: str, folder: Path) -> None:
    outcomes: list[Outcome] = []
    start = threading.Barrier(4)

    def bring() -> None:
        start.wait(10)
        with History(where) as history:
            outcomes.append(import_run(history, folder))

    threads = [threading.Thread(target=bring, daemon=True) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(outcomes) == [Outcome.ADDED, *3 * [Outcome.UNCHANGED]]
    with History(where) as history:
        assert len(held(history)["run"]) == 1


def test_the_phone_stays_the_same_after_an_update_and_the_bench_does_not(
    history: History, tmp_path: Path
) -> None:
    phone = DeviceRecord("owner", "phone.adb", False, "Google", "Pixel 9", "P1", "15")
    reader = STARTED.devices[0]
    benches = {
        "first": (phone, reader),
        "phone updated": (
            DeviceRecord("owner", "phone.adb", False, "Google", "Pixel 9", "P1", "16"),
            reader,
        ),
        "reader exchanged": (
            phone,
            DeviceRecord("driver_handle", "nfc.pcsc", False, "ACS", "ACR1252U", "RR7", "1.08"),
        ),
    }
    for name, devices in benches.items():
        import_run(history, write_run(tmp_path / name, [UNLOCK], run_id=name, devices=devices))
    kept = {row["run_id"]: row for row in held(history)["run"]}
    assert {row["phone"] for row in kept.values()} == {"Google Pixel 9 P1"}
    assert kept["first"]["fixture"] == kept["phone updated"]["fixture"]
    assert kept["first"]["fixture"] != kept["reader exchanged"]["fixture"]


def test_a_database_that_cannot_be_reached_is_named_without_its_password() -> None:
    with pytest.raises(HistoryError) as caught:
        History("postgresql://rig:secret@127.0.0.1:1/none")
    assert "127.0.0.1:1/none" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_waivers_that_a_journal_holds_are_kept_with_its_run(history: History, folder: Path) -> None:
    given = {"kind": "waiver", "reason": "known", "ticket": "DK-7", "begins": "2026-03-01"}
    given |= {"until": "2026-03-31", "requirement": "DK-UNLOCK-03", "test": ""}
    head, *rest = (folder / JOURNAL).read_text().splitlines(keepends=True)
    body = {**json.loads(head), "waivers": [{**given, "by": "A. Beck"}]}
    (folder / JOURNAL).write_text("".join([json.dumps(body) + "\n", *rest]))
    import_run(history, folder)
    assert held(history)["waiver"] == [{**given, "number": 1, "person": "A. Beck"}]
