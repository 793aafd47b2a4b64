"""Whatever stands in the records, it stays text on the page."""

from __future__ import annotations

import tempfile
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from reports.page import render_page
from reports.wording import quote_css
from rig.records.catalogue import ApplicabilityRecord, ReadingRecord
from rig.records.excuses import Quarantine
from rig.records.journal import Journal, read_run
from rig.records.run import Observation, RunFinished, TestStarted
from rig.records.trace import VisitRecord
from tests.reports.demo_excuses import BUDGET, DEVIATION, WAIVER
from tests.reports.demo_run import write_demo
from tests.reports.page_reader import Page
from tests.reports.sample_runs import STARTED, requirement, result, taps, visit, write_run

HOSTILE = "\"'><script>owned()</script><img src=x onerror=owned()></style></svg>{{ 7*7 }}&lt;"


def spoil(value: Any, poison: str) -> Any:
    """A copy of a record with the poison at the end of every text in it, keys included."""
    if type(value) is str:  # not a Verdict
        return value + poison
    if isinstance(value, tuple):
        return tuple(spoil(v, poison) for v in value)
    if isinstance(value, dict):
        return {spoil(k, poison): spoil(v, poison) for k, v in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        changed = {f.name: spoil(getattr(value, f.name), poison) for f in fields(value)}
        return replace(value, **changed)
    return value


def poisoned_run(folder: Path, poison: str) -> Path:
    """A run in which every text of every kind of record is hostile."""
    head = replace(
        STARTED,
        requirements=(requirement("DK-A-01"), requirement("DK-B-01")),
        selected=("a::test_one",),
        substitutions=("one for the other",),
        simulated=True,
        applicability=(
            ApplicabilityRecord("DK-A-01", applies=True, vehicle="hatch", why="it is"),
            ApplicabilityRecord("DK-B-01", applies=False, vehicle="", why="none is"),
        ),
        readings=(ReadingRecord("AMB-01", "name", "chosen", ("other",), "meaning"),),
        unjudged={"DK-B-01": "It takes more."},
        waivers=(WAIVER, DEVIATION),
        quarantine=(Quarantine("a::test_one", "owner", "T-1", "9999-12-31"),),
        budgets=(BUDGET,),
    )
    seen = Observation("matter", "value", "AMB-01")
    found = result(
        "a::test_one",
        requirements=("DK-A-01", "DK-X-99"),
        reason="why",
        vehicle="hatch",
        measurements=(taps([3.0, 4.0], phases={"select": (1.0, 2.0)}, budget="latency"),),
        observations=(seen,),
    )
    lost = replace(visit("a::test_two").steps[0], error="gone", response="")
    visits = (visit("a::test_one"), visit("a::test_two", steps=(lost,), explanation="cut"))
    with Journal(folder) as journal:
        for seen_visit in visits:
            journal.append_visit(spoil(seen_visit, poison))
        journal.append(spoil(head, poison))
        journal.append(spoil(found, poison))
        journal.append(spoil(TestStarted("a::test_two", 1, ("DK-B-01",)), poison))
        journal.append(spoil(RunFinished("2026", None, 0, "why"), poison))
    return folder


def test_hostile_text_adds_no_element_and_no_attribute(tmp_path: Path) -> None:
    calm = Page(render_page(poisoned_run(tmp_path / "calm", "~")))
    hostile = Page(render_page(poisoned_run(tmp_path / "hostile", HOSTILE)))
    shape = [(e.tag, sorted(e.attributes)) for e in calm.elements if e.tag != "wbr"]
    assert [(e.tag, sorted(e.attributes)) for e in hostile.elements if e.tag != "wbr"] == shape
    assert "{{ 7*7 }}" in hostile.text
    assert "<script>owned()</script>" in hostile.text  # as text


def test_no_element_of_the_page_can_run_or_load_anything(tmp_path: Path) -> None:
    page = Page(render_page(poisoned_run(tmp_path, HOSTILE)))
    tags = {e.tag for e in page.elements}
    assert not tags & {"script", "img", "iframe", "object", "embed", "link", "form", "use", "image"}
    for element in page.elements:
        assert not [name for name in element.attributes if name.startswith("on")]
        target = element.attributes.get("href", "#")
        assert target.startswith("#") or target.endswith((".html", ".jsonl", ".xml")), target
    assert "url(" not in page.find("style")[0].text
    assert "@import" not in page.find("style")[0].text


def test_a_run_id_cannot_end_its_css_string(tmp_path: Path) -> None:
    page = Page(render_page(poisoned_run(tmp_path, '"; } body { display: none } /*')))
    assert "display: none } /*" not in page.find("style")[0].text
    assert (
        quote_css('a"\\<\n\0é')
        == '"a\\000022\\00005C\\00003C\\00000A\\0027E8U\\00002B0000\\0027E9\\0000E9"'
    )


@settings(max_examples=40, deadline=None)
@given(poison=st.text(max_size=40))
def test_any_text_renders_to_the_same_shape(poison: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        page = Page(render_page(poisoned_run(Path(folder), poison)))
    assert page.find("script") == []
    assert page.find("footer")


numbers = st.floats() | st.integers(-(2**70), 2**70).map(float)
times = st.integers(-(2**70), 2**70)


@settings(max_examples=80, deadline=None)
@given(samples=st.lists(numbers, max_size=6), bound=numbers, marks=st.lists(times, max_size=4))
def test_any_numbers_render(samples: list[float], bound: float, marks: list[int]) -> None:
    seen: VisitRecord = visit("a::test_one", marks={str(n): t for n, t in enumerate(marks)})
    sent = (
        replace(seen.steps[0], sent_ns=marks[0], received_ns=marks[-1]) if marks else seen.steps[0]
    )
    measured = taps(samples, bound=bound, phases={"one": tuple(samples)})
    with tempfile.TemporaryDirectory() as folder:
        run = write_run(
            Path(folder),
            [result("a::test_one", measurements=(measured,), duration_s=bound)],
            [replace(seen, steps=(sent,))],
        )
        Page(render_page(run))


def test_the_same_folder_gives_the_same_bytes(tmp_path: Path) -> None:
    run = write_demo(tmp_path / "run")
    assert render_page(run) == render_page(run)
    assert read_run(run).started.run_id in render_page(run)
