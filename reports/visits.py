"""Every visit of every test, decoded, in files of their own beside the page.

A page with the traces of thousands of passing tests opens slowly and is read by nobody; so they
stand in `visits/1.html`, `visits/2.html`, ... with a hundred tests each, and the page links to each
test in them. They are plain text in a frame of HTML: what was recorded, in the words of the record.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from html import escape
from typing import Any

from reports.style import page_margins
from reports.taming import tame
from reports.trials import Trial
from reports.wording import say_test
from rig.records.codec import RecordError
from rig.records.journal import UnreadVisit
from rig.records.trace import VisitRecord

FOLDER = "visits"
TESTS = 100  # of the plan, in one file
VISITS = 100  # of one attempt; the rest stays in the trace
_STYLE = """
body { margin: 0 auto; max-width: 72rem; padding: 1rem 1.5rem 3rem; color: #1b2430;
  font: 15px/1.5 system-ui, "Segoe UI", Roboto, Arial, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; }
h2 { font-size: 1.05rem; margin: 2rem 0 .3rem; border-top: 1px solid #d8dee6; padding-top: 1rem; }
a { color: #1f3f66; }
.stamps { position: sticky; top: 0; }
.stamp { margin: 0 0 .3rem; padding: .3rem 1rem; background: #ffd75e;
  color: #241a00; border: 1px solid #241a00; text-align: center; font-weight: 700; }
section { content-visibility: auto; contain-intrinsic-size: auto 600px; }
section:target h2 { background: #fff8df; }
pre { margin: .6rem 0; white-space: pre-wrap; word-break: break-all; font-size: .82rem;
  font-family: ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
@page { size: A4; margin: 15mm; }
@media print { .stamps { position: static; } }
@media print { section { content-visibility: visible; } h2 { break-after: avoid; } }
"""
_HEAD = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{marked}{title}</title>
<style>{style}
{margins}
</style>
</head>
<body>
<div class="stamps">{stamps}</div>
<h1>{title}</h1>
<p>Decoded from trace.jsonl. <a href="../report.html#tests">Back to the report</a>.
Session keys and the plaintext of secure channels are never recorded.</p>
"""


def file_of(trial: Trial) -> str:
    """The file with a test's visits, as the page links to it."""
    return f"{FOLDER}/{(trial.number - 1) // TESTS + 1}.html"


def list_files(trials: Sequence[Trial], held: Container[int]) -> tuple[tuple[str, int, int], ...]:
    """The files with the numbers of the first and last test in them, as the page links to them."""
    found: dict[str, list[int]] = {}
    for trial in trials:
        if trial.number in held:
            found.setdefault(file_of(trial), []).append(trial.number)
    return tuple((name, numbers[0], numbers[-1]) for name, numbers in found.items())


class VisitBook:
    """Collects the visits as the trace goes by, as text."""

    def __init__(self) -> None:
        self._texts: dict[str, list[str]] = {}
        self._left_out: dict[str, int] = {}
        self._kept: dict[tuple[str, int], int] = {}

    def watch(self, visits: Iterable[UnreadVisit]) -> Iterator[UnreadVisit]:
        """Pass the visits on, and keep what was on the wire; raises RecordError."""
        for visit in visits:
            key = visit.test, visit.attempt
            kept = self._kept.get(key, 0)
            if kept < VISITS:
                self._kept[key] = kept + 1
                self._texts.setdefault(visit.test, []).append(_write_visit(visit))
            else:
                self._left_out[visit.test] = self._left_out.get(visit.test, 0) + 1
            yield visit

    def files(
        self, run_id: str, trials: Sequence[Trial], stamps: Sequence[str]
    ) -> dict[str, bytes]:
        """The files by their names in the run folder; none where nothing was on the wire.

        ``stamps`` are what must be said on every page of the run.
        """
        pages: dict[str, list[str]] = {}
        for trial in trials:
            if trial.test in self._texts:
                pages.setdefault(file_of(trial), []).append(self._section(trial))
        return {name: _page(run_id, name, stamps, sections) for name, sections in pages.items()}

    def _section(self, trial: Trial) -> str:
        title = escape(say_test(trial.test))
        texts = "\n".join(self._texts[trial.test])
        beyond = self._left_out.get(trial.test, 0)
        note = f"<p>{beyond} further visits are in trace.jsonl alone.</p>\n" if beyond else ""
        return (
            f'<section id="t{trial.number}">\n'
            f'<h2><a href="../report.html#t{trial.number}">{title}</a>: '
            f"{trial.standing.value}</h2>\n"
            f"<p><code>{escape(trial.test)}</code></p>\n"
            f"<pre>{escape(texts, quote=False)}</pre>\n{note}</section>\n"
        )


def _page(run_id: str, name: str, stamps: Sequence[str], sections: Sequence[str]) -> bytes:
    number = int(name.removeprefix(f"{FOLDER}/").removesuffix(".html"))
    first = (number - 1) * TESTS + 1
    title = f"Visits of tests {first} to {first + TESTS - 1}, report {escape(run_id)}"
    head = _HEAD.format(
        title=title,
        marked="".join(f"{escape(stamp)} · " for stamp in stamps),
        style=_STYLE,
        margins=page_margins(f"Report {run_id}", stamps),
        stamps="".join(f'<p class="stamp">{escape(stamp)}</p>' for stamp in stamps),
    )
    text = f"{head}{''.join(sections)}</body>\n</html>\n"
    return tame(text).encode("utf-8", "replace")


def _write_visit(visit: UnreadVisit) -> str:
    try:
        return "\n".join(_lines(visit.body))
    except (KeyError, TypeError, ValueError, AttributeError) as exc:
        raise RecordError(f"{VisitRecord.__name__}: {type(exc).__name__}: {exc}") from exc


def _lines(visit: dict[str, Any]) -> list[str]:
    """What was on the wire. The record is not built for it: that takes longer than to write it."""
    attempt = f", attempt {visit['attempt']}" if visit["attempt"] > 1 else ""
    lines = [f"Visit {visit['number']}{attempt} at {visit['place']}: {visit['outcome']}"]
    if visit["explanation"]:
        lines.append(f"  {visit['explanation']}")
    if visit["marks"]:
        marks = ", ".join([f"{name} {t_ns / 1e6:.2f}" for name, t_ns in visit["marks"].items()])
        lines.append(f"  marks in ms: {marks}")
    for number, step in enumerate(visit["steps"], 1):
        span = f"{step['sent_ns'] / 1e6:.2f} to {step['received_ns'] / 1e6:.2f} ms"
        answer = step["response"].upper() or f"none: {step['error']}"
        lines += (
            f"  {number}. {step['name']}, {step['device']}, {span}",
            f"     > {step['command'].upper()}",
            f"     < {answer}",
        )
        lines += [
            f"{_INDENTS[min(max(field['level'], 0), 6)]}{field['label']}: {field['value']}"
            + (f"  ({field['note']})" if field["note"] else "")
            for field in step["fields"]
        ]
    lines.append("")
    return lines


_INDENTS = tuple(f"       {'  ' * level}" for level in range(7))
