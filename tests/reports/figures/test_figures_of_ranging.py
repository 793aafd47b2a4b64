"""Plans of surveys and zone crossings: where squares stand, and what walks say."""

from __future__ import annotations

import math
import random

import pytest

from reports.figures.canvas import Words
from reports.figures.crossing import draw_crossing
from reports.figures.range_map import SHADES, bias_of, draw_range_map, shade_of
from rig.measure.ranging import walk_set
from rig.records.run import RangePosition, Statistic, WalkDecision, WalkRecord, WalkSet
from tests.reports.demo_ranging import RADII, walks
from tests.reports.figures.svg_reader import Picture

WORDS = Words("p", "t", "d")


def at(x_m: float, y_m: float, bias: float | None) -> RangePosition:
    found = () if bias is None else (Statistic("bias", bias, None, None, 0.95),)
    return RangePosition("driver", x_m, y_m, 3.0, 10, (), found)


def plan(*positions: RangePosition, cell_m: float = 1.0) -> Picture:
    source = draw_range_map(WORDS, positions, cell_m)
    assert source is not None
    return Picture(source)


def crossing(walk: WalkRecord, whole: WalkSet) -> Picture:
    source = draw_crossing(WORDS, walk, whole)
    assert source is not None
    return Picture(source)


def squares(picture: Picture) -> list[tuple[str, float, float, float]]:
    """The filled ones: colour, width, and where their middles are."""
    colours = {shade.colour for shade in SHADES}
    found = []
    for element, corners in picture.shapes():
        if element.get("fill") in colours:
            xs, ys = {x for x, _ in corners}, {y for _, y in corners}
            middle = ((min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2)
            found.append((element.attrib["fill"], max(xs) - min(xs), *middle))
    return found


@pytest.mark.parametrize(
    ("bias", "shade", "label"),
    [(0.07, 0, "+7"), (-0.1, 1, "-10"), (0.31, 2, "+31"), (1.04, 3, "+104")],
)
def test_a_square_says_its_bias_by_number_size_and_colour(
    bias: float, shade: int, label: str
) -> None:
    picture = plan(at(0, 0, bias))
    ((colour, width, _x, _y),) = squares(picture)
    assert SHADES[shade] is shade_of(bias)
    assert colour == SHADES[shade].colour
    assert width == pytest.approx(44 * SHADES[shade].part, abs=0.2)
    assert label in picture.texts()


def test_a_position_where_nothing_was_measured_is_crossed() -> None:
    picture = plan(at(0, 0, 0.1), at(1, 0, None))
    assert len(squares(picture)) == 1
    assert "+10" in picture.texts()
    assert not [text for text in picture.texts() if "nan" in text or "None" in text]


def test_the_plan_has_one_scale_and_north_is_up() -> None:
    (_, _, x0, y0), (_, _, x1, _y), (_, _, _x, y2) = squares(
        plan(at(0, 0, 0.12), at(2, 0, 0.11), at(0, 1, 0.1), cell_m=0.5)
    )
    assert x1 - x0 == pytest.approx(2 * (y0 - y2), abs=0.3)
    assert y2 < y0


def test_many_positions_leave_no_room_for_numbers_and_still_fit() -> None:
    picture = plan(*(at(x, y, 0.1) for x in range(34) for y in range(34)))
    assert not [text for text in picture.texts() if text.startswith("+")]
    assert len(squares(picture)) == 34 * 34
    assert picture.outside() == []
    assert picture.height <= 500


@pytest.mark.parametrize("cell_m", [0.0, -1.0, math.inf, math.nan])
def test_a_map_of_odd_numbers_is_drawn_all_the_same(cell_m: float) -> None:
    assert plan(at(0, 0, math.nan), at(math.nan, 0, 0.1), cell_m=cell_m).outside() == []
    assert draw_range_map(WORDS, [at(math.inf, 0, 0.1)], 1.0) is None
    assert bias_of(at(0, 0, math.nan)) is None


def test_a_walk_marks_its_decisions_and_zones_and_all_walks_count() -> None:
    whole = walks(random.Random(7))  # noqa: S311 - a seed, no secret
    picture = crossing(whole.walks[0], whole)
    texts = picture.texts()
    assert {"unlock 1.2 m", "lock 2.2 m", "unlock", "s", "m", "100 %"} <= set(texts)
    rings = [e for e in picture.root.iter("circle") if e.get("fill") == "#ffffff"]
    assert len(rings) == sum(r is not None for r in whole.walks[0].ranged_m)


def test_walks_without_a_decision_keep_the_curve_below_all() -> None:
    decided = (WalkDecision("unlock", 0.1, 1.0),)
    made = [WalkRecord(n, (0.0, 0.1), (2.0, 1.0), (2.0, 1.0), decided) for n in (1, 2)]
    silent = [WalkRecord(n, (0.0, 0.1), (2.0, 1.0), (2.0, 1.0)) for n in (3, 4)]

    def reach(*walked: WalkRecord) -> float:
        picture = crossing(made[0], walk_set("approach", walked, RADII))
        ends = [
            max(x for x, _ in corners)
            for element, corners in zip(picture.root.iter("path"), picture.paths(), strict=True)
            if element.get("stroke-width") == "1.8"
        ]
        return max(ends)

    assert reach(*made) == pytest.approx(536, abs=0.5)
    assert reach(*made, *silent) == pytest.approx((372 + 536) / 2, abs=0.5)


@pytest.mark.parametrize(
    "walk",
    [
        WalkRecord(1, (), (), ()),
        WalkRecord(1, (0.0,), (1.0,), (1.0,)),
        WalkRecord(1, (0.0, math.nan), (1.0, 1.0), (1.0, 1.0)),
        WalkRecord(1, (0.0, 1.0), (1.0, math.inf), (1.0, 1.0)),
    ],
    ids=["nothing", "one moment", "no time", "no distance"],
)
def test_a_walk_of_fewer_than_two_moments_is_not_drawn(walk: WalkRecord) -> None:
    assert draw_crossing(WORDS, walk, WalkSet("a", (walk,), {}, RADII)) is None


def test_odd_numbers_of_a_walk_are_left_out() -> None:
    odd = WalkDecision("unlock", math.nan, 1.0)
    other = WalkDecision("lock", 1.0, math.inf)
    walk = WalkRecord(1, (0.0, 1.0), (2.0, 1.0), (math.inf, math.nan), (odd, other))
    picture = crossing(walk, WalkSet("a", (walk,), {}, {"unlock": math.inf}))
    assert picture.outside() == []
    assert not [e for e in picture.root.iter("circle") if e.get("fill") == "#ffffff"]
