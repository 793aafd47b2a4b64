"""Where, by whom and for whom: what identifies a report, and what it lacks for ISO/IEC 17025.

The list is that of ISO/IEC 17025:2017, 7.8.2.1, as far as a bench file can state it. A report that
lacks nothing of it claims no conformity either: that is for the laboratory.
"""

from __future__ import annotations

from dataclasses import dataclass

from reports.language import _
from reports.revisions import Revision, read_revisions
from rig.records.journal import Run
from rig.records.laboratory import IssueRecord, LaboratoryRecord
from rig.records.run import SCHEMA


@dataclass(frozen=True, slots=True)
class Provenance:
    """What the first screen, the margins and the chapter on the laboratory say."""

    laboratory: LaboratoryRecord
    issue: IssueRecord
    revisions: tuple[Revision, ...]
    issued_utc: str  # of this revision; "" where the run has no recorded end
    lacking: tuple[str, ...]  # words for what ISO/IEC 17025 asks for and nobody stated
    known_as: str  # report, its unique identification and revision, for each printed page
    answers: str  # the laboratory and who authorised the report, for each printed page
    migration: str  # what it means that records of this schema are read today

    @property
    def revision(self) -> int:
        """Which issue of the report this is; the first is 0."""
        return self.revisions[-1].number if self.revisions else 0

    @property
    def last(self) -> Revision | None:
        """Why there is another issue than the first."""
        return self.revisions[-1] if self.revisions else None


def trace_provenance(run: Run) -> Provenance:
    """Draw it together. Raises RecordError for revisions that do not read."""
    laboratory = run.started.laboratory
    issue = run.started.issue or IssueRecord("")
    revisions = read_revisions(run.folder)
    issued = run.finished.ended_utc if run.finished else ""
    if revisions:
        issued = revisions[-1].issued_utc
    return Provenance(
        laboratory=laboratory,
        issue=issue,
        revisions=revisions,
        issued_utc=issued,
        lacking=_lacking(laboratory, issue),
        known_as=_known_as(run, issue, len(revisions)),
        answers=_answers(laboratory),
        migration=_migration(run.started.schema),
    )


def _migration(schema: int) -> str:
    if schema == SCHEMA:
        return _("none: the records are of the schema that this page was rendered by")
    return _(
        "read under schema %(ours)s. Records only gain fields, each with a default; what schema "
        "%(theirs)s did not record yet is said to be missing"
    ) % {"ours": SCHEMA, "theirs": schema}


def _lacking(laboratory: LaboratoryRecord, issue: IssueRecord) -> tuple[str, ...]:
    asked = (
        (laboratory.name, _("the laboratory's name")),
        (laboratory.address, _("its address")),
        (laboratory.place or laboratory.address, _("the place of the work")),
        (issue.uuid, _("a unique identification")),
        (laboratory.customer, _("the customer")),
        (laboratory.received, _("the day on which the items were received")),
        (laboratory.authorised_by, _("who authorised it")),
    )
    return tuple(words for stated, words in asked if not stated)


def _known_as(run: Run, issue: IssueRecord, revision: int) -> str:
    told = _("Report %(id)s") % {"id": run.started.run_id}
    parts = (told, issue.uuid, _("revision %(number)s") % {"number": revision})
    return " · ".join(filter(None, parts))


def _answers(laboratory: LaboratoryRecord) -> str:
    signed = laboratory.authorised_by
    by = _("authorised by %(person)s") % {"person": signed} if signed else ""
    return " · ".join(filter(None, (laboratory.name, by)))
