"""What a report does not show: which kinds of values were masked, how, where and how often."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from rig.records.journal import Run
from rig.records.laboratory import RedactionRecord


@dataclass(frozen=True, slots=True)
class Redaction:
    """One kind; ``applied`` is None where nobody counted."""

    record: RedactionRecord
    applied: int | None


def list_redactions(run: Run) -> tuple[Redaction, ...]:
    """The table that the run masked by, with what each line came to.

    A kind that results counted and the head does not list is listed all the same.
    """
    counted: Counter[str] = Counter()
    for result in run.results:
        counted.update(result.redacted)
    listed = [
        Redaction(r, None if r.applied < 0 else r.applied + counted.pop(r.kind, 0))
        for r in run.started.redactions
    ]
    unlisted = (Redaction(RedactionRecord(kind, "", "", 0), n) for kind, n in counted.items())
    return (*listed, *sorted(unlisted, key=lambda one: one.record.kind))
