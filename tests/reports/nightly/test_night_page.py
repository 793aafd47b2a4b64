"""The night's page: static, whole on any screen, and no text of a device becomes markup."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from reports.history.quarantine import Quarantine, add_quarantine
from reports.history.store import History
from reports.nightly.message import text_of
from reports.nightly.state import Check
from rig.records.laboratory import EquipmentRecord
from rig.records.verdict import Verdict
from tests.reports.browser import CHROMIUM, Browser
from tests.reports.nightly.night_files import FIRST, PHONE, READER, Nights, unlock
from tests.reports.page_reader import Page
from tests.reports.sample_runs import result
from tests.reports.test_page_escaping import HOSTILE

UNBREAKABLE = "X" * 300


@pytest.fixture
def nights(tmp_path: Path) -> Iterator[Nights]:
    with History(tmp_path / "h.db") as history:
        yield Nights(tmp_path, history)


def poisoned_page(nights: Nights, text: str) -> str:
    """A night of everything there is, and every word of it is this text."""
    name = f"a.py::test_{text}"[:480]
    nights.devices = (replace(PHONE, make=text, model=text, serial=text), READER)
    nights.check = Check("2026-10-01T22:00:00+00:00", 3, [text, text])
    held = Quarantine(name, text, text, FIRST, FIRST + timedelta(days=90))
    add_quarantine(nights.history, held)
    for n in range(18):
        median = 420.0 if n > 11 else 350.0
        (measured,) = unlock(n, median).measurements
        metric = replace(measured, name=text[:150], unit=text[:150])
        failing = result(name, Verdict.FAIL, reason=text)
        turning = result(f"{name}2", Verdict.FAIL if n in (3, 16) else Verdict.PASS)
        moved = result("a.py::test_moved", measurements=(metric,))
        night = nights.spend(n, [moved, failing, turning])
    night.remarks.append(text)
    return (night.folder / "night.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("text", [HOSTILE, UNBREAKABLE], ids=["hostile", "unbreakable"])
@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
def test_whatever_a_night_is_of_its_page_is_whole_and_quiet(
    nights: Nights, tmp_path: Path, text: str
) -> None:
    page = poisoned_page(nights, text)
    for part in ("Metrics that got", "Flips", "Ticket", "of rig doctor"):
        assert part in page
    for width in (1280, 390):
        look = Browser(tmp_path).look(page, width)
        assert look.title.startswith("failures or regressions")
        assert (look.seen, look.needed) == (width, width), look.sticking_out
        assert look.cut_off == []


def test_a_hostile_night_has_no_element_of_its_own(nights: Nights) -> None:
    page = Page(poisoned_page(nights, HOSTILE))
    tags = {element.tag for element in page.elements}
    assert not tags & {"script", "img", "iframe", "object", "form", "b"}
    assert not [e for e in page.elements if any(a.startswith("on") for a in e.attributes)]
    links = [e.attributes["href"] for e in page.elements if "href" in e.attributes]
    assert all(link.startswith(("#", "../../../")) for link in links), links
    assert "default-src 'none'" in page.source


@pytest.mark.parametrize(("due", "told"), [("2026-03-01", True), ("2026-03-02", False)])
def test_an_overdue_calibration_is_on_the_first_screen_and_in_the_message(
    nights: Nights, due: str, told: bool
) -> None:
    nights.equipment = (EquipmentRecord("board", "2025-09-30", due, "D-K-1", "Cal Ltd"),)
    night = nights.spend(0, [result("a.py::test_x")])
    said = "board: calibration overdue since 2026-03-01"
    (verdict,) = Page((night.folder / "night.html").read_text(encoding="utf-8")).find(
        "div", "verdict"
    )
    assert (said in verdict.text) is told
    assert night.message["calibration"] == ([said] if told else [])
    titled = f"Calibration, so no compliance verdict:\n- {said}"
    assert (titled in text_of(night.message, "")) is told
    assert night.gate is not None
    assert night.gate.status == 0


def test_what_got_worse_is_drawn_with_its_baseline_and_since_when(nights: Nights) -> None:
    moved = "a.py::test_moved"
    for n in range(16):
        measured = unlock(n, 420.0 if n > 12 else 350.0).measurements
        night = nights.spend(n, [result(moved, measurements=measured)])
    page = Page((night.folder / "night.html").read_text(encoding="utf-8"))
    assert len(page.find("svg", "drawn")) == 1
    for said in ("baseline, frozen (10)", "change since", ">alert<"):
        assert said in page.source
