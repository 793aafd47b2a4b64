"""The page as a browser lays it out, at a desk and on a phone, with scripts forbidden."""

from __future__ import annotations

import struct
from dataclasses import replace
from pathlib import Path

import pytest

from reports.page import render_page
from rig.records.catalogue import ApplicabilityRecord, ReadingRecord
from rig.records.excuses import Quarantine, WaiverRecord
from rig.records.run import DeviceRecord
from rig.records.verdict import Verdict
from tests.reports.browser import CHROMIUM, Browser
from tests.reports.demo_excuses import BUDGET
from tests.reports.demo_run import write_demo
from tests.reports.sample_runs import requirement, result, taps, visit, write_run
from tests.reports.test_page_escaping import HOSTILE, poisoned_run, spoil

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")


@pytest.fixture
def browser(tmp_path: Path) -> Browser:
    return Browser(tmp_path)


def unbreakable_run(folder: Path) -> Path:
    """Names without a single place to break a line."""
    long = "X" * 300
    step = replace(visit("a").steps[0], name=long, device=long, command="AB" * 600)
    return write_run(
        folder,
        [
            result(
                f"a::test_{long}[{long}]",
                Verdict.FAIL,
                requirements=(long,),
                reason=long,
                measurements=(taps([1.0], name=long, budget=f"latency{long}"),),
            )
        ],
        [visit(f"a::test_{long}[{long}]", place=long, outcome=long, steps=(step,))],
        devices=(DeviceRecord(long, long, True, long, long, long, long),),
        plan_title=long,
        run_id=long,
        vehicle={long: long},
        requirements=(requirement(long), requirement(f"{long}2")),
        applicability=(
            ApplicabilityRecord(long, applies=True, vehicle=long, why=long),
            ApplicabilityRecord(f"{long}2", applies=False, vehicle="", why=long),
        ),
        readings=(ReadingRecord(long, long, long, (long,), long),),
        unjudged={f"{long}2": long},
        waivers=tuple(
            WaiverRecord(kind, long, long, long, "2026-01-01", "2026-12-31", long)
            for kind in ("waiver", "deviation")
        ),
        quarantine=(Quarantine(f"a::test_{long}[{long}]", long, long, "2026-01-01"),),
        budgets=(spoil(BUDGET, long),),
    )


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("write", [write_demo, unbreakable_run], ids=["demo", "unbreakable"])
def test_nothing_is_wider_than_the_screen(
    tmp_path: Path, browser: Browser, write: object, width: int
) -> None:
    assert callable(write)
    page = render_page(write(tmp_path / "run"))
    look = browser.look(page, width)
    assert look.seen == width
    assert look.needed == width, look.sticking_out
    assert look.cut_off == []


def test_the_measurement_would_see_an_overflow(tmp_path: Path, browser: Browser) -> None:
    page = render_page(write_run(tmp_path / "run"))
    wider = page.replace("</main>", '<div class="x" style="width:1300px">x</div></main>')
    look = browser.look(wider, 390)
    assert look.needed > 1300
    assert "DIV.x" in look.sticking_out


def test_a_hostile_run_cannot_touch_its_page(tmp_path: Path, browser: Browser) -> None:
    page = render_page(poisoned_run(tmp_path / "run", HOSTILE))
    look = browser.look(page, 1280)
    assert look.title.startswith("SIMULATED")
    assert "owned()" in look.title  # as text of the run's id


@pytest.mark.parametrize("width", [1280, 390])
def test_a_screenshot_can_be_taken(tmp_path: Path, browser: Browser, width: int) -> None:
    png = browser.picture(render_page(write_demo(tmp_path / "run")), width, 900)
    assert struct.unpack(">II", png[16:24]) == (max(width, 500), 900)
    assert len(png) > 30_000  # a blank page has a few kB
