"""The trend page of a requirement: every series with its picture and its nights."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from reports.figures.canvas import Words
from reports.figures.trend import draw_trend, draw_trends
from reports.history.rows import NOT_RECORDED
from reports.history.trend import SeriesKey, TrendNight, TrendSeries
from reports.language import _, ngettext, speaking
from reports.regression.baseline import FEWEST_NIGHTS
from reports.sheet import render_sheet
from reports.trends.judged import Baselines, Judged, judge_history
from reports.wording import say_test, write_day, write_number

PICTURES = 40  # on one page
_TOLD_APART_BY = ("phone", "software", "fixture", "vehicle", "test")
_NO_BASELINES: Baselines = {}


@dataclass(frozen=True, slots=True)
class NightRow:
    """One night as the table writes it; "" for what it does not have."""

    night: date
    complete: bool
    centre: str
    spread: str
    samples: str
    passed: str
    state: str


@dataclass(frozen=True, slots=True)
class TrendShown:
    """One series on the page. ``number`` is its anchor, ``warning`` why it is not judged."""

    number: int
    title: str
    apart: str  # what tells it from others of this quantity; "" for the only one
    facts: tuple[str, ...]
    sentences: tuple[str, ...]
    warning: str
    picture: Markup | None
    rows: tuple[NightRow, ...]
    judged: Judged


def render_trend(
    requirement: str,
    series: Sequence[TrendSeries],
    baselines: Baselines = _NO_BASELINES,
    language: str = "en",
) -> str:
    """The page as text; the same gives the same. Raises ReportError.

    ``baselines`` are those that stand, accepted or not; a series without one is held against its
    first ten nights. ``series`` is not empty.
    """
    judged = [judge_history(one, baselines, series) for one in series]
    days = sorted(night.night for one in series for night in one.nights)
    with speaking(language):
        context = {
            "language": language,
            "requirement": requirement,
            "first": days[0],
            "last": days[-1],
            "trends": list(_all_shown(requirement, judged)),
            "together": tuple(_together(judged)),
        }
        name = _("Trend of %(requirement)s") % {"requirement": requirement}
        return render_sheet("trend.html", name, _stamps(series), context)


def _stamps(series: Sequence[TrendSeries]) -> list[str]:
    stamps = []
    if any(one.key.simulated for one in series):
        stamps.append(_("SIMULATED - no compliance verdict"))
    cut = {night.night for one in series for night in one.nights if not night.complete}
    if cut:
        said = ngettext(
            "INCOMPLETE - in %(num)s night a run was cut off",
            "INCOMPLETE - in %(num)s nights a run was cut off",
            len(cut),
        )
        stamps.append(said % {"num": len(cut)})
    return stamps


def _all_shown(requirement: str, judged: Sequence[Judged]) -> Iterator[TrendShown]:
    names = _names([one.history.key for one in judged])
    apart = names if len(judged) > 1 else [""]
    for number, (one, name) in enumerate(zip(judged, apart, strict=True), 1):
        yield _shown(number, requirement, one, name)


def _shown(number: int, requirement: str, one: Judged, apart: str) -> TrendShown:
    key = one.history.key
    test = say_test(key.test)
    title = f"{key.metric}: {test}" if key.metric else test
    return TrendShown(
        number=number,
        title=title,
        apart=apart,
        facts=tuple(_facts(key)),
        sentences=tuple(_sentences(one)),
        warning=_warning(one),
        picture=_picture(number, requirement, one),
        rows=tuple(_row(one, night) for night in reversed(one.history.nights)),
        judged=one,
    )


def _facts(key: SeriesKey) -> Iterator[str]:
    named = {
        _("vehicle"): key.vehicle,
        _("phone"): key.phone,
        _("software"): key.software,
        _("fixture"): key.fixture,
    }
    for name, value in named.items():
        if value:
            yield f"{name} {_('not recorded') if value == NOT_RECORDED else value}"
    if key.simulated:
        yield _("simulated")


def _warning(one: Judged) -> str:
    if one.series is None or one.is_long_enough:
        return ""
    said = _("Not enough nights: %(have)s of %(least)s. There is no baseline, nothing is judged.")
    return said % {"have": one.full_nights, "least": FEWEST_NIGHTS}


def _sentences(one: Judged) -> Iterator[str]:
    baseline = one.baseline
    if baseline is None or one.series is None:
        return
    yield (
        _("Baseline: %(level)s %(unit)s, %(nights)s nights from %(first)s to %(last)s.")
        % {
            "level": write_number(baseline.centre),
            "unit": one.series.unit,
            "nights": baseline.nights,
            "first": write_day(baseline.first),
            "last": write_day(baseline.last),
        }
        + " "
        + _who(one)
    )
    yield from _found(one)


def _who(one: Judged) -> str:
    if one.baseline is not None and one.baseline.acceptance is not None:
        accepted = one.baseline.acceptance
        said = _("Accepted by %(person)s on %(day)s: %(reason)s.")
        return said % {
            "person": accepted.person,
            "day": write_day(accepted.on),
            "reason": accepted.reason,
        }
    if one.given:
        return _("The first baseline, accepted by nobody.")
    return _("No baseline was given: these are the first ten nights, accepted by nobody.")


def _found(one: Judged) -> Iterator[str]:
    found = one.found
    if found.since:
        days = ", ".join(map(write_day, found.since))
        yield _("The nights changed since: %(days)s (p at most 0.001 each).") % {"days": days}
    for nights, said in (
        (found.alerts, _("Nights with an alert: %(days)s.")),
        (found.watches - found.alerts, _("Nights that were watched: %(days)s.")),
    ):
        if nights:
            yield said % {"days": _spans(one, nights)}
    if not (found.since or found.alerts or found.watches):
        yield _("No change was found: the nights lie within what nights differ.")
    else:
        yield _(
            "Each series is judged here as if it were the only one of its night; the nightly run "
            "also weighs it among all others."
        )


def _spans(one: Judged, nights: Collection[date]) -> str:
    """Nights in words; those that follow each other in the series as "first to last"."""
    spans: list[list[date]] = [[]]
    for point in one.points:
        if point.night in nights:
            spans[-1].append(point.night)
        elif spans[-1]:
            spans.append([])
    said = _("%(first)s to %(last)s")
    return ", ".join(
        write_day(span[0])
        if len(span) == 1
        else said % {"first": write_day(span[0]), "last": write_day(span[-1])}
        for span in spans
        if span
    )


def _picture(number: int, requirement: str, one: Judged) -> Markup | None:
    if one.series is None or number > PICTURES:
        return None
    key = one.history.key
    title = _("%(metric)s over %(num)s nights, %(requirement)s") % {
        "metric": key.metric,
        "num": len(one.points),
        "requirement": requirement,
    }
    last = one.points[-1]
    said = _("Last night %(night)s: %(value)s %(unit)s.") % {
        "night": write_day(last.night),
        "value": write_number(last.value),
        "unit": key.unit,
    }
    description = " ".join([said, _warning(one), *_sentences(one), _("The table has every night.")])
    words = Words(f"n{number}", title, description)
    return draw_trend(words, one.series, one.baseline, one.found)


def _row(one: Judged, night: TrendNight) -> NightRow:
    point = next((p for p in one.points if p.night == night.night), None)
    between = _("%(low)s to %(high)s")
    spread = ""
    if point is not None:
        spread = between % {"low": write_number(point.low), "high": write_number(point.high)}
    of = _("%(n)s of %(all)s")
    return NightRow(
        night=night.night,
        complete=night.complete,
        centre=write_number(point.value) if point is not None else "",
        spread=spread,
        samples=of % {"n": len(night.samples), "all": night.wanted},
        passed=of % {"n": night.passed, "all": night.judged},
        state=one.state(night.night),
    )


def _together(judged: Sequence[Judged]) -> Iterator[tuple[str, str, Markup]]:
    """Small multiples of each quantity that has several series."""
    groups: dict[tuple[str, str], list[Judged]] = {}
    for one in judged:
        if one.series is not None:
            groups.setdefault((one.history.key.metric, one.history.key.unit), []).append(one)
    for number, ((metric, unit), group) in enumerate(groups.items(), 1):
        names = _names([one.history.key for one in group])
        panels = [
            (name, one.series, one.baseline, one.found)
            for name, one in zip(names, group, strict=True)
            if one.series is not None
        ]
        title = _("%(metric)s in %(unit)s, series by series") % {"metric": metric, "unit": unit}
        said = _("A panel for each of: %(names)s.") % {"names": "; ".join(names)}
        picture = draw_trends(Words(f"m{number}", title, said), panels)
        if picture is not None:
            yield metric, unit, picture


def _names(keys: Sequence[SeriesKey]) -> list[str]:
    """What tells the series of one quantity apart, and nothing else."""
    apart = [part for part in _TOLD_APART_BY if len({getattr(key, part) for key in keys}) > 1]
    return [
        ", ".join(_part(key, part) for part in apart) or key.phone or say_test(key.test)
        for key in keys
    ]


def _part(key: SeriesKey, part: str) -> str:
    value = str(getattr(key, part))
    return say_test(value) if part == "test" else value
