"""The night's page: ``night.html``, one static file beside the state, rendered from records.

The same style sheet and rules as the compliance page: everything is escaped, nothing is fetched,
no script runs, and no verdict is told by colour alone.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.parse import quote

from markupsafe import Markup

from reports import wording
from reports.errors import ReportError
from reports.figures.canvas import Words
from reports.figures.trend import Found, draw_trend
from reports.items import last_day
from reports.language import ENGLISH, speaking
from reports.nightly.analysis import Analysis, Judged
from reports.nightly.errors import NightError
from reports.nightly.flaky import Flaky
from reports.nightly.gate import FINE, PRODUCT, RIG, UNJUDGED, Held, say_status
from reports.nightly.night_runs import NightRuns
from reports.nightly.state import Gate, Night
from reports.page import PAGE
from reports.regression.findings import Kind, Tier
from reports.regression.series import Scale, centres
from reports.sealing.seal import put
from reports.sheet import render_sheet
from reports.standing import Standing
from rig.records.laboratory import doubtful_on, say_calibration

NIGHT_PAGE = "night.html"
TRENDS = 12  # pictures on one page
_TONES = {FINE: "pass", PRODUCT: "fail", RIG: "error", UNJUDGED: "inconclusive"}
_SIGNS = {FINE: "✓", PRODUCT: "✕", RIG: "!", UNJUDGED: "?"}


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is said of a night."""

    night: Night
    runs: NightRuns
    gate: Gate
    analysis: Analysis
    held: tuple[Held, ...]
    flaky: tuple[Flaky, ...]
    folder: Path  # of the runs

    @property
    def counts(self) -> dict[Standing, int]:
        """Tests by how they stand; one in quarantine is in none of them."""
        excused = {one.result.test for one in self.held if not one.void}
        found: dict[Standing, int] = {}
        for test, result in self.runs.final.items():
            if test not in excused:
                standing = Standing(result.verdict.value)
                found[standing] = found.get(standing, 0) + 1
        return dict(sorted(found.items(), key=lambda pair: list(Standing).index(pair[0])))

    @property
    def excused(self) -> int:
        """Tests in quarantine, as long as that counts."""
        return sum(not one.void for one in self.held)

    @property
    def doubts(self) -> tuple[str, ...]:
        """Devices whose calibration did not hold on the day of a run: it gives no verdict."""
        found: dict[str, None] = {}
        for run in self.runs.runs:
            day = last_day(run)
            for stated in doubtful_on(day, run.started.equipment):
                found[f"{stated.device}: calibration {say_calibration(day, stated)}"] = None
        return tuple(found)

    @property
    def simulated(self) -> bool:
        """Whether any virtual device took part."""
        return any(run.started.simulated for run in self.runs.runs)

    def moved(self, kind: Kind, *, worse: bool) -> list[Judged]:
        """Alerts and watches of one direction, alerts first, the surest first."""
        told = [j for tier in (Tier.ALERT, Tier.WATCH) for j in self.analysis.of(tier, worse=worse)]
        found = [judged for judged in told if judged.finding.kind is kind]
        order = [Tier.ALERT, Tier.WATCH]
        return sorted(found, key=lambda j: (order.index(j.finding.tier), j.finding.q or 0.0))

    @property
    def not_judged(self) -> dict[str, int]:
        """Metrics that were not judged, by why; the commonest first."""
        found: dict[str, int] = {}
        for judged in self.analysis.of(Tier.NOT_JUDGED):
            if judged.finding.kind is Kind.LEVEL:
                reason = judged.finding.reason
                found[reason] = found.get(reason, 0) + 1
        return dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))

    @property
    def judged_levels(self) -> int:
        """How many metrics were judged."""
        levels = (j for j in self.analysis.judged if j.finding.kind is Kind.LEVEL)
        return sum(judged.finding.tier is not Tier.NOT_JUDGED for judged in levels)


def write_night_page(facts: Facts) -> Path:
    """Render the page of a night into its folder. The same facts give the same octets."""
    path = facts.night.folder / NIGHT_PAGE
    put(path, render_night_page(facts).encode("utf-8", "replace"))
    return path


def render_night_page(facts: Facts) -> str:
    """The page as text, in English alone; NightError when it cannot be rendered."""
    night, word = facts.night, say_status(facts.gate.status)
    context = {
        "language": ENGLISH,
        "facts": facts,
        "night": night,
        "gate": facts.gate,
        "word": word,
        "tone": _TONES.get(facts.gate.status, "error"),
        "sign": _SIGNS.get(facts.gate.status, "!"),
        "runs": list(_runs(facts)),
        "Kind": Kind,
        "TRENDS": TRENDS,
        "tonight_of": tonight_of,
        "trend_of": trend_of,
        "say_q": say_q,
    }
    stamps = ["SIMULATED"] if facts.simulated else []
    name = f"{word} · night {night.night} · {night.bench}"
    try:
        with speaking(ENGLISH):
            return render_sheet("night.html", name, stamps, context)
    except ReportError as exc:
        raise NightError(str(exc)) from exc


def _runs(facts: Facts) -> Iterable[dict[str, object]]:
    """Each run with a link to its own page."""
    for run in facts.runs.runs:
        page = os.path.relpath(run.folder / PAGE, facts.night.folder)
        ended = "" if run.finished is None else run.finished.reason
        yield {
            "run": run,
            "name": run.folder.name,
            "href": quote(page) if (run.folder / PAGE).exists() else "",
            "cut_off": run.finished is None,
            "ended": ended,
        }


def tonight_of(judged: Judged) -> float | None:
    """Tonight's centre as it is judged, the golden device not divided out; in the metric's unit."""
    series = judged.named.series
    if not len(series.nights[-1].samples):
        return None
    found = float(centres(series.nights[-1:], series.scale)[0])
    return math.exp(found) if series.scale is Scale.RATIO else found


def say_q(q: float | None) -> str:
    """A q-value as people read it: below a thousandth it is small, and that is all."""
    if q is None:
        return "-"
    return "< 0.001" if q < 0.001 else wording.write_number(round(q, 3))


def trend_of(judged: Judged, number: int, tonight: date) -> Markup | None:
    """The nights of a metric that moved, with its baseline and the night of the change."""
    kept, found = judged.named.kept, judged.finding
    told = frozenset({tonight})
    what = Found(
        since=(found.since,) if found.since else (),
        alerts=told if found.tier is Tier.ALERT else frozenset(),
        watches=told,
    )
    title = f"{kept.metric} of {kept.phone or 'any device'} over the nights"
    said = f"{found.shift} since {found.since}; baseline: {judged.baseline}. The table has figures."
    words = Words(f"trend{number}", title, said)
    return draw_trend(words, judged.named.series, judged.baseline, what)
