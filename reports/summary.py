"""The first screen: what may be said of the run, what blocks, and what stays open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reports.coverage import Coverage
from reports.evidence import Gallery
from reports.items import doubt_calibrations, say_doubts
from reports.language import _, ngettext
from reports.standing import Standing, stand_together
from reports.trials import Trial
from reports.wording import say_test
from rig.records.journal import Run
from rig.records.verdict import worst

SHOWN = 6  # lines per list on the first screen
_OPEN = (
    Standing.WAIVED,
    Standing.ERROR,
    Standing.INCONCLUSIVE,
    Standing.CONDITIONAL_PASS,
    Standing.QUARANTINED,
    Standing.UNFINISHED,
    Standing.NOT_RUN,
    Standing.RETRIED,
)


@dataclass(frozen=True, slots=True)
class Blocking:
    """A failed test with the most urgent priority among its requirements."""

    trial: Trial
    priority: str


@dataclass(frozen=True, slots=True)
class Summary:
    """What a reader sees first. ``standing`` is None where there is no compliance verdict."""

    stamps: tuple[str, ...]
    standing: Standing | None
    sentence: str
    tests: dict[Standing, int]
    requirements: dict[Standing, int]
    blocking: tuple[Blocking, ...]
    open_points: tuple[str, ...]


def summarize(run: Run, trials: Sequence[Trial], coverage: Coverage, gallery: Gallery) -> Summary:
    """Draw the first screen together."""
    gaps = _gaps(run, trials)
    stamps = [*list_stamps(run, trials), *_doubts(gallery)]
    tests = Counter(t.standing for t in trials)
    judged = _recorded(run, trials)
    return Summary(
        stamps=tuple(stamps),
        standing=None if stamps else judged,
        sentence=_sentence(run, judged, incomplete=bool(gaps), doubtful=bool(gallery.unmatched)),
        tests=_in_order(tests),
        requirements=_in_order(Counter(c.standing for c in coverage.covered)),
        blocking=_blocking(trials, coverage),
        open_points=tuple(_open_points(run, trials, coverage, gaps, gallery)),
    )


def list_stamps(run: Run, trials: Sequence[Trial]) -> list[str]:
    """What must be said on every page of a run, as far as its journal tells."""
    stamps = []
    if run.started.simulated:
        stamps.append(_("SIMULATED - no compliance verdict"))
    if gaps := _gaps(run, trials):
        stamps.append(_("INCOMPLETE - %(gap)s") % {"gap": gaps[0]})
    return [*stamps, *doubt_calibrations(run)]


def _doubts(gallery: Gallery) -> Iterator[str]:
    """Where trace and results differ, nobody can say what the results stand on."""
    if missing := gallery.missing:
        yield ngettext(
            "EVIDENCE MISSING - %(num)s of %(all)s visits is not in the trace",
            "EVIDENCE MISSING - %(num)s of %(all)s visits are not in the trace",
            missing,
        ) % {"num": missing, "all": gallery.counted}
    if surplus := gallery.surplus:
        yield ngettext(
            "EVIDENCE DOUBTFUL - the trace holds %(num)s visit more than the results count",
            "EVIDENCE DOUBTFUL - the trace holds %(num)s visits more than the results count",
            surplus,
        ) % {"num": surplus}


def _in_order(counts: Counter[Standing]) -> dict[Standing, int]:
    return {s: counts[s] for s in Standing if counts[s]}


def _recorded(run: Run, trials: Sequence[Trial]) -> Standing | None:
    """The verdict the run itself wrote down, and what stands behind it: a retry, a waiver, U."""
    if run.finished is None or run.finished.verdict is None:
        return None
    found = stand_together(s for t in trials if (s := t.standing).verdict is not None)
    return found if found.verdict is run.finished.verdict else Standing(run.finished.verdict.value)


def _gaps(run: Run, trials: Sequence[Trial]) -> list[str]:
    """Why this run is not whole; the test that was under way comes first."""
    gaps = [
        _('cut off during "%(test)s", attempt %(attempt)s')
        % {"test": say_test(trial.test), "attempt": trial.under_way}
        for trial in trials
        if trial.under_way is not None
    ]
    if run.finished is None and not gaps:
        gaps.append(_("cut off between two tests"))
    if missing := sum(t.standing is Standing.NOT_RUN for t in trials):
        told = ngettext(
            "%(num)s selected test did not run", "%(num)s selected tests did not run", missing
        )
        gaps.append(told % {"num": missing})
    if run.finished is not None and gaps and run.finished.reason:
        gaps.insert(0, run.finished.reason)
    return gaps


def _sentence(run: Run, judged: Standing | None, *, incomplete: bool, doubtful: bool) -> str:
    if judged is None:
        ended = _("nothing was judged") if run.finished else _("the run has no recorded end")
    else:
        ended = _("the tests ended with: %(verdict)s") % {"verdict": judged.word}
    if run.started.simulated:
        said = _("At least one device was virtual, so nothing is said of a product; %(ended)s.")
    elif incomplete:
        said = _("Not every selected test has a result; %(ended)s.")
    elif doubtful:
        said = _("The trace does not hold what the results count; %(ended)s.")
    elif any(doubt_calibrations(run)):
        said = _("The calibration of a device did not hold on the day of the run; %(ended)s.")
    elif judged is None:
        return f"{ended[0].upper()}{ended[1:]}."
    else:
        return _("Decided by the worst verdict over all tests of the plan.")
    return said % {"ended": ended}


def _blocking(trials: Sequence[Trial], coverage: Coverage) -> tuple[Blocking, ...]:
    priority = {c.requirement.id: c.requirement.priority for c in coverage.covered}
    found = [
        Blocking(t, min((priority[r] for r in t.requirements if r in priority), default=""))
        for t in trials
        if t.standing in (Standing.FAIL, Standing.CONDITIONAL_FAIL)
    ]
    return tuple(sorted(found, key=lambda b: (not b.priority, b.priority)))  # stable: plan order


def _open_points(
    run: Run,
    trials: Sequence[Trial],
    coverage: Coverage,
    gaps: Sequence[str],
    gallery: Gallery,
) -> Iterator[str]:
    yield from (_("Incomplete: %(gap)s.") % {"gap": gap} for gap in gaps)
    yield from say_doubts(run)
    if unmatched := gallery.missing + gallery.surplus:
        yield ngettext(
            "%(num)s visit differs between trace and results.",
            "%(num)s visits differ between trace and results.",
            unmatched,
        ) % {"num": unmatched}
    tests = Counter(t.standing for t in trials)
    for standing in _OPEN:
        if number := tests[standing]:
            said = ngettext("%(num)s test: %(word)s.", "%(num)s tests: %(word)s.", number)
            yield said % {"num": number, "word": standing.word}
    yield from _uncovered_points(coverage)
    if marked := sum(s.mark != "sourced" for s in run.started.settings):
        yield ngettext(
            "%(num)s protocol setting assumed, not sourced.",
            "%(num)s protocol settings assumed, not sourced.",
            marked,
        ) % {"num": marked}
    yield from _disagreement(run, trials)


def _uncovered_points(coverage: Coverage) -> Iterator[str]:
    """What requirements and tests leave open of each other."""
    if coverage.unknown:
        ids = ", ".join(coverage.unknown)
        yield _("Requirement ids unknown to the catalogue: %(ids)s.") % {"ids": ids}
    if unbound := len(coverage.unbound):
        yield ngettext(
            "%(num)s test without a requirement.", "%(num)s tests without a requirement.", unbound
        ) % {"num": unbound}
    if urgent := sum(r.priority == "P1" for r in coverage.uncovered):
        yield ngettext(
            "%(num)s P1 requirement of the catalogue not covered by this plan.",
            "%(num)s P1 requirements of the catalogue not covered by this plan.",
            urgent,
        ) % {"num": urgent}
    if unjudged := len(coverage.unjudged):
        yield ngettext(
            "%(num)s requirement that no test can judge today.",
            "%(num)s requirements that no test can judge today.",
            unjudged,
        ) % {"num": unjudged}


def _disagreement(run: Run, trials: Sequence[Trial]) -> Iterator[str]:
    """The journal's closing verdict is shown as it is, and doubted aloud when results differ."""
    idle = {t.test for t in trials if t.standing is Standing.QUARANTINED}
    last = {r.test: r.verdict for r in run.results if r.test not in idle}
    if run.finished is None or run.finished.verdict is None or not last:
        return
    found = worst(last.values())
    if found is not run.finished.verdict:
        yield _("The run recorded %(recorded)s; its last attempts add up to %(found)s.") % {
            "recorded": Standing(run.finished.verdict.value).word,
            "found": Standing(found.value).word,
        }
