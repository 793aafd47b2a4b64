"""The compliance page: one static, self-contained file rendered from a run folder alone."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, TemplateError
from markupsafe import Markup, escape

from reports import style, wording
from reports.applicability import sort_decisions
from reports.compiled import CompiledTemplates
from reports.coverage import match_coverage
from reports.distributions import list_distributions
from reports.errors import ReportError
from reports.evidence import choose_evidence
from reports.excuses import list_excused
from reports.families import gather, group_families
from reports.items import list_items
from reports.language import ENGLISH, LANGUAGES, ngettext, speaking, spoken
from reports.language import _ as translate
from reports.measurements import list_measurements
from reports.plots import ecdf, phases, waterfall
from reports.provenance import trace_provenance
from reports.ranging import list_surveys, list_walks
from reports.redactions import list_redactions
from reports.standing import Standing
from reports.summary import SHOWN, list_stamps, summarize
from reports.surroundings import list_surroundings
from reports.taming import tame
from reports.trials import Trial, list_trials
from reports.uncertainty import list_budgets, unbudgeted, write_uncertainty
from reports.visits import VisitBook, file_of, list_files
from rig.records.codec import RecordError
from rig.records.journal import JOURNAL, PACKETS, TRACE, Run, UnreadVisit, read_run

PAGE = "report.html"
PAGES = {name: PAGE if name == ENGLISH else f"report.{name}.html" for name in LANGUAGES}
CHUNK = 200  # rows a table; browsers lay out only the tables in view
_PLAIN, _ENGLISH = Markup(), Markup(' lang="en"')
_BESIDE = (JOURNAL, TRACE, PACKETS, "engineer.html", "junit.xml")
_HASHED = (JOURNAL, TRACE, PACKETS)


@dataclass(frozen=True, slots=True)
class FileBeside:
    """A file of the run folder that the page links to."""

    name: str
    size: int
    sha256: str  # "" for files that other programs rewrite


def write_page(folder: Path, languages: Sequence[str] = (ENGLISH,)) -> Path:
    """Render a run folder's page into it, in each of the languages, and the visits beside it.

    Returns the path of the first page; raises ReportError.
    """
    for name, octets in render_files(folder, languages).items():
        path = folder / name
        unfinished = path.with_name(f"{path.name}.part")
        try:
            path.parent.mkdir(exist_ok=True)
            unfinished.write_bytes(octets)
            os.replace(unfinished, path)  # a reader never sees half a page
        except OSError as exc:
            raise ReportError(f"{path} cannot be written: {exc}") from exc
    return folder / PAGES[languages[0]]


def render_page(folder: Path, language: str = ENGLISH) -> str:
    """Render a run folder in one of LANGUAGES. The same folder gives the same text.

    Raises ReportError.
    """
    return render_files(folder, [language])[PAGES[language]].decode()


def render_files(folder: Path, languages: Sequence[str]) -> Mapping[str, bytes]:
    """The page in each of the languages, and the visits of the run; by their names in the folder.

    Raises ReportError.
    """
    files: dict[str, bytes] = {}
    try:
        run = read_run(folder)
        for language in languages:
            book = VisitBook()
            trials = list_trials(run)
            with speaking(language):
                context = _context(run, trials, book)
                text = _environment().get_template("page.html").render(context)
            # A lone surrogate has no bytes.
            files[PAGES[language]] = tame(text).encode("utf-8", "replace")
        with speaking(ENGLISH):  # as all of these files
            stamps = list_stamps(run, trials)
            files.update(book.files(run.started.run_id, trials, stamps))
    except RecordError as exc:
        raise ReportError(f"{folder} is not a readable run: {exc}") from exc
    except TemplateError as exc:
        raise ReportError(f"{folder} cannot be rendered: {exc}") from exc
    except OSError as exc:
        raise ReportError(f"{folder} cannot be read: {exc}") from exc
    return files


def _context(run: Run, trials: Sequence[Trial], book: VisitBook) -> dict[str, object]:
    started = run.started
    read = {reading.ambiguity for reading in started.readings if reading.name}
    coverage = match_coverage(started.requirements, trials, started.unjudged, read)
    measurements = list_measurements(trials)
    gallery = choose_evidence(book.watch(run.unread_visits()), trials, UnreadVisit.read)
    return {
        "run": run,
        "started": started,
        "finished": run.finished,
        "trials": trials,
        "test_parts": group_families(trials, CHUNK),
        "coverage": coverage,
        "summary": summarize(run, trials, coverage, gallery),
        "measurements": measurements,
        "distributions": list_distributions(trials, started.devices),
        "budgets": list_budgets(started, measurements),
        "unbudgeted": unbudgeted(measurements),
        "excused": list_excused(run, trials),
        "surveys": list_surveys(trials),
        "walks": list_walks(trials),
        "gallery": gallery,
        "applicability": sort_decisions(started.applicability, started.requirements),
        "readings": sorted(started.readings, key=lambda r: (not r.ambiguity, r.ambiguity, r.name)),
        "observations": [(t, r, o) for t in trials for r in t.attempts for o in r.observations],
        "provenance": trace_provenance(run),
        "items": list_items(run),
        "redactions": list_redactions(run),
        "surroundings": list_surroundings(trials),
        "steps": [(t, r, s) for t in trials for r in t.attempts for s in r.operator_steps],
        "beside": tuple(_files_beside(run.folder)),
    }


def _files_beside(folder: Path) -> list[FileBeside]:
    found = []
    for name in _BESIDE:
        path = folder / name
        if path.is_file():
            with path.open("rb") as file:
                sha256 = hashlib.file_digest(file, "sha256").hexdigest() if name in _HASHED else ""
            found.append(FileBeside(name, path.stat().st_size, sha256))
    return found


def _mark_english() -> Markup:
    """The attribute of an element that quotes what was recorded, where the page is not English."""
    return _PLAIN if spoken() == ENGLISH else _ENGLISH


def _link_visits(trial: Trial, held: Container[int], number: int | None = None) -> str:
    """How many visits an attempt had (the last one), linked where they are written out."""
    if number is None:
        number = trial.last.visits if trial.last else 0
    said = ngettext("%(num)s visit", "%(num)s visits", number) % {"num": number}
    if trial.number not in held:
        return said
    language = "" if spoken() == ENGLISH else ' hreflang="en"'
    address = f"{file_of(trial)}#t{trial.number}"
    return Markup(f'<a href="{address}"{language}>{escape(said)}</a>')  # noqa: S704 - all is ours


def _badge(standing: Standing) -> Markup:
    """A standing as sign and word: the colour only helps."""
    return _badge_in(standing, spoken())


@cache  # a page has thousands of a dozen
def _badge_in(standing: Standing, _language: str) -> Markup:
    return _BADGE % (standing.tone, standing.sign, standing.word)


_BADGE = Markup('<span class="badge %s">%s %s</span>')
_OPTIONS: dict[str, Any] = {
    "extensions": ("jinja2.ext.i18n",),
    "autoescape": True,
    "trim_blocks": True,
    "lstrip_blocks": True,
}
_GLOBALS: dict[str, Any] = {
    "style_sheet": style.style_sheet,
    "page_margins": style.page_margins,
    "spoken": spoken,
    "english": _mark_english,
    "badge_of": _badge,
    "visit_link": _link_visits,
    "visit_files": list_files,
    "gather": gather,
    "Standing": Standing,
    "CHUNK": CHUNK,
    "SHOWN": SHOWN,
    "ecdf_frame": ecdf,
    "waterfall_frame": waterfall,
    "phases_frame": phases,
    "plot_waterfall": waterfall.plot_waterfall,
}
_FILTERS: dict[str, Any] = {
    "say_test": wording.say_test,
    "pieces": wording.split_name,
    "say_statistic": wording.say_statistic,
    "say_relation": wording.say_relation,
    "number": wording.write_number,
    "fixed": wording.write_fixed,
    "uncertainty": write_uncertainty,
    "ms": wording.write_ms,
    "span": wording.write_duration,
    "moment": wording.write_moment,
    "day": wording.write_day,
    "period": wording.write_period,
    "count": wording.write_count,  # English alone: new texts go through ngettext
    "numbers": wording.write_numbers,
    "to": wording.write_span,
    "hex": wording.group_hex,
    "standing": lambda verdict: Standing(verdict.value),
}


@cache
def _environment() -> Environment:
    """Everything is escaped; an unknown name in a template is an error."""
    environment = Environment(  # noqa: S701 - among the options
        loader=PackageLoader("reports"),
        undefined=StrictUndefined,
        bytecode_cache=CompiledTemplates(_OPTIONS),
        **_OPTIONS,
    )
    environment.install_gettext_callables(translate, ngettext, newstyle=True)  # type: ignore[attr-defined]
    environment.globals.update(_GLOBALS)
    environment.filters.update(_FILTERS)
    return environment


def render_template(name: str, context: Mapping[str, object]) -> str:
    """Render another page with the same environment; raises ReportError."""
    try:
        text = _environment().get_template(name).render(context)
    except TemplateError as exc:
        raise ReportError(f"{name} cannot be rendered: {exc}") from exc
    return text.encode("utf-8", "replace").decode("utf-8")
