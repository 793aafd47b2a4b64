"""The compliance page: one static, self-contained file rendered from a run folder alone."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined, TemplateError

from reports import wording
from reports.applicability import sort_decisions
from reports.coverage import match_coverage
from reports.errors import ReportError
from reports.evidence import collect_evidence
from reports.items import list_items
from reports.language import _ as translate
from reports.language import ngettext
from reports.measurements import list_measurements
from reports.plots import crossing, ecdf, phases, range_map, waterfall
from reports.provenance import trace_provenance
from reports.ranging import list_surveys, list_walks
from reports.redactions import list_redactions
from reports.standing import Standing
from reports.summary import SHOWN, summarize
from reports.surroundings import list_surroundings
from reports.trials import list_trials
from rig.records.codec import RecordError
from rig.records.journal import JOURNAL, TRACE, Run, read_run

PAGE = "report.html"
CHUNK = 200  # rows a table; browsers lay out only the tables in view
_BESIDE = (JOURNAL, TRACE, "engineer.html", "junit.xml")
_HASHED = (JOURNAL, TRACE)


@dataclass(frozen=True, slots=True)
class FileBeside:
    """A file of the run folder that the page links to."""

    name: str
    size: int
    sha256: str  # "" for files that other programs rewrite


def write_page(folder: Path) -> Path:
    """Render a run folder's page into it and return its path; raises ReportError."""
    text = render_page(folder)
    path = folder / PAGE
    unfinished = path.with_suffix(".html.part")
    try:
        unfinished.write_text(text, encoding="utf-8")
        os.replace(unfinished, path)  # a reader never sees half a page
    except OSError as exc:
        raise ReportError(f"{path} cannot be written: {exc}") from exc
    return path


def render_page(folder: Path) -> str:
    """Render a run folder. The same folder gives the same text; raises ReportError."""
    try:
        run = read_run(folder)
        text = _environment().get_template("page.html").render(_context(run))
    except RecordError as exc:
        raise ReportError(f"{folder} is not a readable run: {exc}") from exc
    except TemplateError as exc:
        raise ReportError(f"{folder} cannot be rendered: {exc}") from exc
    except OSError as exc:
        raise ReportError(f"{folder} cannot be read: {exc}") from exc
    return text.encode("utf-8", "replace").decode("utf-8")  # a lone surrogate has no bytes


def _context(run: Run) -> dict[str, object]:
    trials = list_trials(run)
    started = run.started
    coverage = match_coverage(started.requirements, trials, started.unjudged)
    gallery = collect_evidence(run.visits(), trials)
    return {
        "run": run,
        "started": started,
        "finished": run.finished,
        "trials": trials,
        "coverage": coverage,
        "summary": summarize(run, trials, coverage, gallery),
        "measurements": list_measurements(trials),
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


@cache
def _environment() -> Environment:
    """Everything is escaped; an unknown name in a template is an error."""
    environment = Environment(
        loader=PackageLoader("reports"),
        extensions=("jinja2.ext.i18n",),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.install_gettext_callables(translate, ngettext, newstyle=True)  # type: ignore[attr-defined]
    style = resources.files("reports").joinpath("report.css").read_text(encoding="utf-8")
    environment.globals.update(
        style=style,
        Standing=Standing,
        CHUNK=CHUNK,
        SHOWN=SHOWN,
        ecdf_frame=ecdf,
        range_map_frame=range_map,
        crossing_frame=crossing,
        waterfall_frame=waterfall,
        phases_frame=phases,
        plot_waterfall=waterfall.plot_waterfall,
    )
    environment.filters.update(
        say_test=wording.say_test,
        pieces=wording.split_name,
        say_statistic=wording.say_statistic,
        say_relation=wording.say_relation,
        number=wording.write_number,
        ms=wording.write_ms,
        span=wording.write_duration,
        moment=wording.write_moment,
        count=wording.write_count,
        hex=wording.group_hex,
        css_string=wording.quote_css,
        standing=lambda verdict: Standing(verdict.value),
    )
    return environment
