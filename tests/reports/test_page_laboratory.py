"""Where, with what, on what and by whom: said on the page, or said to be missing."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from rig.records.laboratory import (
    EnvironmentRecord,
    EquipmentRecord,
    IssueRecord,
    LaboratoryRecord,
    OperatorStep,
    RedactionRecord,
    SourceRecord,
)
from rig.records.run import SCHEMA, DeviceRecord
from tests.reports.sample_runs import BEGAN, STARTED, result

if TYPE_CHECKING:
    from tests.reports.conftest import RenderRun

LAB = LaboratoryRecord(
    name="Lab for access systems",
    address="1 Test Road, Munich",
    customer="A maker",
    order="PO-4711",
    received="2026-02-27",
    authorised_by="A. Beck",
)
ISSUE = IssueRecord("6f1c9f0e-4b8e-4d6a-9f54-0d2f7a1c3b55", 41)
BOARD = DeviceRecord("board", "relay.hid", False, "DCT", "USBRelay8", "A1B2C", "2.0")


def calibrated(due: str, since: str = "2025-03-02") -> EquipmentRecord:
    return EquipmentRecord("board", since, due, "D-K-1", "Cal Ltd")


def test_the_laboratory_and_the_report_are_identified(page_of: RenderRun) -> None:
    page = page_of([result("a::test_one")], laboratory=LAB, issue=ISSUE)
    lab = page.by_id("laboratory").text
    for said in ("Lab for access systems", "1 Test Road, Munich", "PO-4711", ISSUE.uuid):
        assert said in lab
    assert page.row("Place of the work").endswith("1 Test Road, Munich")
    assert page.row("Number in the register of the bench's runs").endswith("41")
    assert page.row("Revision").endswith("0")
    assert page.row("Date of issue").endswith("2026-03-02 09:20:41 UTC")
    assert "Whether the work conforms is for the laboratory to claim" in lab
    assert "This is no report" not in lab


def test_what_is_not_stated_is_said_and_that_it_is_no_17025_report(page_of: RenderRun) -> None:
    page = page_of([result("a::test_one")], laboratory=replace(LAB, customer="", address=""))
    said = page.by_id("laboratory").text
    assert "This is no report in the sense of ISO/IEC 17025:2017, 7.8.2.1" in said
    missing = "its address, the place of the work, a unique identification, the customer."
    assert f"It is not recorded: {missing}" in said
    assert page.row("Customer").endswith("not recorded")


def test_each_printed_page_names_report_laboratory_and_who_authorised_it(
    page_of: RenderRun,
) -> None:
    page = page_of([result("a::test_one")], laboratory=LAB, issue=ISSUE)
    margins = page.find("style")[-1].text
    told = [re.sub(r"\\([0-9A-F]{6})", _character, part) for part in margins.split('"')]
    assert told[0].endswith("@bottom-left { content: ")
    assert told[1] == f"Report {STARTED.run_id} · {ISSUE.uuid} · revision 0"
    assert told[3] == "Lab for access systems · authorised by A. Beck"


def _character(found: re.Match[str]) -> str:
    return chr(int(found[1], 16))


@pytest.mark.parametrize(
    ("due", "since", "stamp", "words", "point"),
    [
        (
            "2026-03-01",
            "2025-03-02",
            "CALIBRATION OVERDUE - no compliance verdict",
            "overdue",
            "board: calibration overdue since 2026-03-01.",
        ),
        ("2026-03-02", "2025-03-02", "", "valid", ""),
        (
            "2027-03-03",
            "2026-03-03",
            "CALIBRATION DATED AFTER THE RUN - no compliance verdict",
            "dated after the run",
            "board: calibration dated 2026-03-03, after the run.",
        ),
    ],
)
def test_a_calibration_that_does_not_hold_blocks_the_verdict(
    page_of: RenderRun, due: str, since: str, stamp: str, words: str, point: str
) -> None:
    stated = (calibrated(due, since),)
    page = page_of([result("a::test_one")], devices=(BOARD,), equipment=stated)
    assert [s.text for s in page.find("p", "stamp")] == ([stamp] if stamp else [])
    points = [li.text for li in page.find("li") if li.text.startswith("board: ")]
    assert points == ([point] if point else [])
    verdict = page.find("div", "verdict")[0].text
    assert verdict.startswith("No compliance verdict" if stamp else "✓ pass")
    assert ("did not hold on the day of the run; the tests ended with: pass" in verdict) is bool(
        stamp
    )
    row = page.row("board")
    assert f"{words}, due on {due}" in row
    assert f"calibrated on {since}, Cal Ltd, certificate D-K-1" in row


def test_a_run_that_ends_after_the_due_day_is_overdue(page_of: RenderRun) -> None:
    late = result("a::test_one", started_utc="2026-03-03T00:10:00+00:00")
    due = (calibrated("2026-03-02"),)
    page = page_of([late], finished=False, devices=(BOARD,), equipment=due)
    assert "CALIBRATION OVERDUE" in page.find("div", "stamps")[0].text


def test_a_device_without_calibration_is_listed_as_such(page_of: RenderRun) -> None:
    virtual = DeviceRecord("usb", "sim.relay_board", simulated=True)
    page = page_of([result("a::test_one")], devices=(BOARD, virtual), simulated=True)
    assert page.row("board").endswith("not recorded")
    assert page.row("usb").endswith("none needed: virtual")


def test_phones_are_told_from_equipment_with_what_is_known_of_them(page_of: RenderRun) -> None:
    details = {
        "system": "iOS 18.1",
        "wallet": "18.1",
        "app": "5.2",
        "key_role": "owner",
        "nfc_antenna": "top edge",
    }
    phone = DeviceRecord(
        "owner_phone", "phone.operator", False, "", "iPhone 15", "F17X", "", details, "phone"
    )
    by_kind = DeviceRecord("badge", "somebody.else", simulated=False, kind="card")
    old = DeviceRecord("friend", "phone.adb", simulated=False, serial="R5")  # an older journal
    page = page_of([result("a::test_one")], devices=(BOARD, phone, old, by_kind))
    (held,) = page.find("table", "t-holder")
    row = page.row("owner_phone")
    for said in ("phone", "iPhone 15", "F17X", "iOS 18.1", "wallet 18.1; app 5.2", "owner"):
        assert said in row
    assert row.endswith("top edge")
    assert page.row("friend").endswith("not recorded")
    assert "board" not in held.text
    assert "badge card" in held.text
    assert "owner_phone" not in page.find("table", "t-device")[0].text


def test_the_environment_is_as_stated_or_not_recorded(page_of: RenderRun) -> None:
    stated = EnvironmentRecord({"temperature": "21.5 °C", "shielding": "none"}, "AB", "2026-03-01")
    page = page_of([result("a::test_one")], environment=stated)
    said = page.by_id("laboratory").text
    assert "As stated in the bench file on 2026-03-01 by AB" in said
    assert "the bench has no sensor for it" in said
    assert page.row("Temperature").endswith("21.5 °C")
    assert page.row("Humidity").endswith("not recorded")


def test_what_was_measured_before_each_test_is_told_where_it_changed(page_of: RenderRun) -> None:
    warm, cold = {"temperature": "21.5 °C"}, {"temperature": "9.8 °C"}
    lost = {"sensor": "not measured: climate: no answer"}
    surroundings = (warm, warm, cold, lost)
    tests = ("a::test_one", "a::test_two", "a::test_three", "a::test_four")
    page = page_of(
        [result(test, environment=found) for test, found in zip(tests, surroundings, strict=True)]
    )
    lab = page.by_id("laboratory").text
    over_all, by_test = (t.text for t in page.find("table", "t-climate"))
    assert "temperature 9.8 °C 21.5 °C 3" in over_all
    assert "one temperature 21.5 °C 2 three temperature 9.8 °C 1" in by_test
    assert "four sensor not measured: climate: no answer 1" in by_test
    assert "no sensor for it" not in lab


def test_the_vehicle_is_told_with_what_is_not_recorded_of_it(page_of: RenderRun) -> None:
    page = page_of([result("a::test_one")], vehicle={"model": "cooper", "VIN": "*" * 13 + "0405"})
    assert page.row("VIN").endswith("*" * 13 + "0405")
    assert page.row("condition on receipt").endswith("not recorded")


def test_the_method_names_commit_and_schema(page_of: RenderRun) -> None:
    page = page_of([result("a::test_one")], source=SourceRecord("ab" * 20, 2))
    assert page.row("Commit of the rig").endswith(f"{'ab' * 20}, 2 files changed since")
    assert "none: the records are of the schema" in page.row("Migration of the records")


def test_what_an_older_run_did_not_record_is_missing(page_of: RenderRun) -> None:
    page = page_of([result("a::test_one")], schema=2)
    assert f"read under schema {SCHEMA}" in page.row("Migration of the records")
    assert page.row("Commit of the rig").endswith("not recorded")
    assert "The bench file states nothing of temperature" in page.by_id("laboratory").text
    assert "of a rig that did not record what it asked" in page.by_id("operator").text
    assert "did not record what it masked" in page.by_id("redaction").text


def test_a_run_that_asked_nobody_says_so(page_of: RenderRun) -> None:
    assert "No test asked a person" in page_of([result("a::test_one")]).by_id("operator").text


STEP = OperatorStep("owner phone: hold it\nto the tray", (), "", "ab", BEGAN, 3.2)


def test_operator_steps_are_a_chapter(page_of: RenderRun) -> None:
    red = replace(STEP, request="Is it red?", choices=("yes", "no"), answer="no")
    refused = replace(STEP, request="Hold it.", declined="no phone here")
    photo = replace(
        STEP, request="Show it.", photos={"photos/1f.jpg": "1f" * 32, "x.jpg (gone)": ""}
    )
    page = page_of([result("a::test_one", operator_steps=(STEP, red, refused, photo))])
    assert "done ab 2026-03-02 09:14:05 UTC, after 3.2 s" in page.row("owner phone")
    assert "no of: yes, no" in page.row("Is it red?")
    assert "not done: no phone here" in page.row("Hold it.")
    assert "photo not kept: x.jpg (gone)" in page.row("Show it.")
    (link,) = [a for a in page.find("a") if a.text == "photo"]
    assert link.attributes["href"] == "photos/1f.jpg"


def test_what_is_masked_is_listed_with_how_often(page_of: RenderRun) -> None:
    told = (
        RedactionRecord("link", "replaced by [link]", "reasons", 0),
        RedactionRecord("serial number", "masked", "devices", 3),
        RedactionRecord("hop_key", "overwritten with zeros", "trace"),
    )
    found = result("a::test_one", redacted={"link": 2})
    other = result("a::test_two", redacted={"link": 1, "odd": 1})
    page = page_of([found, other], redactions=told)
    assert page.row("link").endswith("reasons 3 times")
    assert page.row("serial number").endswith("3 times")
    assert page.row("hop_key").endswith("not counted")
    assert page.row("odd").endswith("1 time")


def test_what_people_wrote_never_becomes_markup(page_of: RenderRun) -> None:
    evil = "</style><img src=x onerror=alert(1)>"
    page = page_of(
        [result("a::test_one", operator_steps=(replace(STEP, request=evil, photos={evil: "1"}),))],
        laboratory=replace(LAB, name=evil, authorised_by=evil),
        issue=IssueRecord(evil),
        environment=EnvironmentRecord({"shielding": evil}, evil, evil),
        equipment=(replace(calibrated("2027-01-01"), certificate=evil),),
        devices=(replace(BOARD, details={"system": evil}, kind=evil), BOARD),
        redactions=(RedactionRecord(evil, evil, evil),),
        source=SourceRecord(evil, 1),
    )
    assert page.find("img") == []
    assert evil in page.by_id("laboratory").text


def test_the_first_screen_names_laboratory_customer_and_issue(page_of: RenderRun) -> None:
    (scope,) = page_of([result("a::test_one")], laboratory=LAB).find("dl", "scope")
    assert "Lab for access systems, authorised by A. Beck" in scope.text
    assert "A maker, order PO-4711" in scope.text
    assert "revision 0, 2026-03-02 09:20:41 UTC" in scope.text
    assert STARTED.run_id in scope.text
