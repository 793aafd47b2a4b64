"""The file of a bench's figures: written by the doctor, added to by people, read strictly."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from rig.measure.errors import FigureError
from rig.measure.figures import Figure, figure_of
from rig.measure.figures_file import FORMAT, kept_of, read_figures, write_figures
from rig.measure.uncertainty import LATENCY

STATED = {
    "quantity": "distance of a decision",
    "name": "instant of the decision",
    "value": 50,
    "unit": "ms",
    "distribution": "rectangular",
    "freedom": None,
    "source": "half a ranging block",
    "sensitivity": 0.0014,
}


def figure(*samples: float, contributes: str = "relay actuation", unit: str = "ms") -> Figure:
    found = figure_of(samples, "a relay", unit, uncertainty=0.1, basis="a test")
    return replace(found, contributes=contributes)


def write(folder: Path, *entries: object, **changed: object) -> Path:
    path = folder / "figures.json"
    path.write_text(json.dumps({"format": FORMAT, "figures": list(entries), **changed}))
    return path


def test_half_of_the_spread_is_kept_of_the_widest_figure_of_a_name() -> None:
    narrow, wide, other = figure(9, 10, 11), figure(8, 12, 9), figure(1, 99, 5, contributes="")
    (found,) = kept_of([narrow, wide, other], "the doctor")
    assert (found.quantity, found.part.name, found.part.value) == (LATENCY, "relay actuation", 2.0)
    assert found.part.distribution == "rectangular"
    assert found.part.source == "the doctor: a relay, n 3"
    (micro,) = kept_of([figure(1000, 3000, unit="us")], "the doctor")
    assert micro.part.standard == pytest.approx(1 / 3**0.5)  # in ms


def test_what_is_written_again_replaces_its_own_and_leaves_the_rest(tmp_path: Path) -> None:
    path = write(tmp_path, STATED)
    write_figures(path, kept_of([figure(9, 11)], "first"))
    write_figures(path, kept_of([figure(5, 15)], "second"))
    stated, measured = read_figures(path)
    assert stated.part.standard == pytest.approx(50 * 0.0014 / 3**0.5)
    assert stated.to_json() == {**STATED, "value": 50.0}
    assert (measured.part.value, measured.part.source[:6]) == (5.0, "second")


def test_each_entry_means_what_its_unit_says(tmp_path: Path) -> None:
    tape = {**STATED, "name": "positioning", "unit": "cm", "value": 3.0, "distribution": "normal"}
    del tape["sensitivity"]
    (found,) = read_figures(write(tmp_path, tape))
    assert found.part.standard == pytest.approx(0.03)


WRONG = {
    "no sensitivity": ({"sensitivity": ...}, "ms leads to m by a sensitivity, and none is given"),
    "an unknown field": ({"sigma": 1}, "entry 1: wanted quantity, name"),
    "a field missing": ({"source": ...}, "entry 1: wanted quantity, name"),
    "an unknown quantity": ({"quantity": "latenzy"}, "no quantity 'latenzy'; there are: latency"),
    "text as value": ({"value": "50"}, "value is '50', no number"),
    "true as value": ({"value": True}, "value is True, no number"),
    "a value below zero": ({"value": -1}, "-1.0 is no uncertainty"),
    "no source": ({"source": " "}, "source is ' ', no text"),
    "a distribution that is none": ({"distribution": "u"}, "no distribution 'u'"),
    "half a degree": ({"freedom": 0.5}, "0.5 are no degrees of freedom"),
}


@pytest.mark.parametrize(("changed", "says"), WRONG.values(), ids=WRONG)
def test_a_wrong_entry_is_refused_with_its_place(
    tmp_path: Path, changed: dict[str, object], says: str
) -> None:
    entry = {k: v for k, v in {**STATED, **changed}.items() if v is not ...}
    with pytest.raises(FigureError, match=says) as refused:
        read_figures(write(tmp_path, entry))
    assert str(refused.value).startswith("figures.json, entry 1")


def test_a_file_that_is_another_is_refused(tmp_path: Path) -> None:
    for path in (write(tmp_path, format="other 1"), write(tmp_path, more=1)):
        with pytest.raises(FigureError, match="wanted format"):
            read_figures(path)
    with pytest.raises(FigureError, match="given twice"):
        read_figures(write(tmp_path, STATED, STATED))
    path = tmp_path / "figures.json"
    path.write_text('{"format": NaN}')
    with pytest.raises(FigureError, match="NaN is no number"):
        read_figures(path)
