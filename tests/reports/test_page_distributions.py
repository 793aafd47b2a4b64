"""The chapter of distributions: which samples a picture pools, and what is left to tables."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from reports import distributions
from reports.distributions import PICTURES, Distributions, list_distributions
from reports.trials import Trial
from rig.records.run import DeviceRecord, Measurement
from tests.reports.figures.svg_reader import Picture
from tests.reports.sample_runs import result, taps

if TYPE_CHECKING:
    from tests.reports.conftest import RenderRun


def quantity(count: int = 20, middle: float = 300.0, **more: Any) -> Measurement:
    chance = random.Random(1)  # noqa: S311 - a seed, no secret
    samples = [round(middle * chance.lognormvariate(0, 0.1), 2) for _ in range(count)]
    phases = {n: tuple(s * part for s in samples) for n, part in (("select", 0.2), ("auth", 0.8))}
    return replace(taps(samples), **{"phases": phases, **more})


def listed(*measured: tuple[str, Measurement]) -> Distributions:
    trials = []
    for number, (test, measurement) in enumerate(measured, 1):
        done = result(test, measurements=(measurement,))
        trials.append(Trial(test, number, attempts=[done]))
    return list_distributions(trials, ())


def test_phases_have_a_picture_and_their_figures_beside_it(page_of: RenderRun) -> None:
    page = page_of([result("a::test_tap", measurements=(quantity(),))])
    section = page.by_id("distributions").text
    assert "tap_to_unlock by phase tap" in section
    assert page.row("whole 20").startswith("whole 20 ")
    assert page.row("select 20") == "select 20 54 60.13 \u2013 71.24"
    assert page.by_id("dp1d").text.startswith("Step curves of the phases of tap_to_unlock")
    assert len([e for e in page.find("svg", "drawn")]) == 1
    assert ">Distributions</a>" in page.source


@pytest.mark.parametrize(("count", "known"), [(5, False), (58, False), (59, True)])
def test_a_p95_stands_where_two_samples_could_enclose_it(count: int, known: bool) -> None:
    (found,) = listed(("a::test_tap", quantity(count))).by_phase
    assert [bool(figures[2]) for *_, figures in found.rows] == [known] * 3


def test_a_run_without_phases_and_phones_has_no_chapter(page_of: RenderRun) -> None:
    page = page_of([result("a::test_tap", measurements=(taps([300.0] * 20),))])
    assert 'id="distributions"' not in page.source
    assert 'href="#distributions"' not in page.source


def test_a_page_without_pictures_does_not_load_matplotlib(
    page_of: RenderRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unwanted(*_args: object) -> None:
        raise AssertionError

    monkeypatch.setattr("reports.figures.canvas._inline", unwanted)
    few = quantity(4)
    assert page_of([result("a::test_tap", measurements=(few,))]).find("article")


@pytest.mark.parametrize(
    ("first", "second", "phones"),
    [
        ("a::test_tap[Pixel 9]", "a::test_tap[iPhone 15]", ["Pixel 9", "iPhone 15"]),
        ("a::test_tap[Pixel 9]", "a::test_other[iPhone 15]", []),
        ("a::test_tap", "a::test_other", []),
        ("a::test_tap[Pixel 9]", "a::test_tap[Pixel 9]", []),
    ],
    ids=["two phones", "two tests", "no parameters", "one phone"],
)
def test_phones_are_told_apart_by_the_parameters_of_one_test(
    first: str, second: str, phones: list[str]
) -> None:
    found = listed((first, quantity()), (second, quantity(middle=400.0)))
    assert [name for each in found.by_phone for name, *_ in each.rows] == phones


def test_a_phone_with_few_samples_is_no_second_phone() -> None:
    few = quantity(4)
    assert not listed(("a::test_tap[A]", quantity()), ("a::test_tap[B]", few)).by_phone
    enough = quantity(5)
    assert listed(("a::test_tap[A]", quantity()), ("a::test_tap[B]", enough)).by_phone


def test_a_measurement_that_names_its_device_is_of_that_one() -> None:
    phones = (
        DeviceRecord("owner", "phone.adb", False, "Google", "Pixel 9"),
        DeviceRecord("friend", "sim.phone", True),
    )

    class Named:
        """A measurement of a rig that records the device."""

        def __init__(self, measured: Measurement, device: str) -> None:
            self._measured, self.device = measured, device

        def __getattr__(self, name: str) -> Any:
            return getattr(self._measured, name)

    trials = []
    for number, device in enumerate(("owner", "friend"), 1):
        measured: Any = Named(quantity(), device)
        done = replace(result("a::test_tap[x]"), measurements=(measured,))
        trials.append(Trial("a::test_tap[x]", number, attempts=[done]))
    (found,) = list_distributions(trials, phones).by_phone
    assert [name for name, *_ in found.rows] == ["Google Pixel 9", "friend"]


def test_parameters_are_pooled_by_phase_and_the_last_attempt_counts(page_of: RenderRun) -> None:
    old = result("a::test_tap[A]", measurements=(quantity(50),))
    new = result("a::test_tap[A]", attempt=2, measurements=(quantity(20),))
    other = result("a::test_tap[B]", measurements=(quantity(10),))
    page = page_of([old, new, other])
    assert page.row("whole 30")
    assert page.row("A 20")
    assert page.row("B 10")


def test_what_a_picture_has_no_room_for_is_counted(page_of: RenderRun) -> None:
    many = quantity(phases={f"phase {n}": (1.0,) * 9 for n in range(8)})
    page = page_of([result("a::test_tap", measurements=(many,))])
    assert "2 further phases are in the table alone." in page.text
    assert page.row("phase 7 9")
    (phones,) = listed(*((f"a::test_tap[{n}]", quantity()) for n in range(13))).by_phone
    assert (len(phones.rows), phones.undrawn) == (13, 1)


def test_pictures_beyond_the_page_are_counted(
    page_of: RenderRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(distributions, "PICTURES", 2)
    page = page_of([result(f"a::test_{n}", measurements=(quantity(),)) for n in range(5)])
    assert len(page.find("svg", "drawn")) == 2 < PICTURES
    assert "3 further pictures are left out" in page.text


def test_names_of_phones_and_phases_stay_text(page_of: RenderRun) -> None:
    evil = "</svg><script>owned()</script>$\\frac"
    spoilt = quantity(name=evil, unit=evil, phases={evil: (1.0,) * 9, "b": (2.0,) * 9})
    page = page_of(
        [result(f"a::test_tap[{evil}{n}]", measurements=(spoilt,)) for n in range(2)],
    )
    assert not page.find("script")
    pictures = [p for p in page.source.split("<svg ")[1:] if p.startswith('class="plot drawn"')]
    assert len(pictures) == 2
    for part in pictures:
        drawn = Picture("<svg " + part[: part.index("</svg>") + 6])
        assert any(text.startswith("</svg>") for text in drawn.texts())
