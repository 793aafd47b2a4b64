"""Whether a run says all that there is to say of a requirement, besides how it stands."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from reports.language import _, ngettext
from reports.standing import Standing
from reports.trials import Trial
from rig.records.catalogue import RequirementRecord

_JUDGED = (
    Standing.FAIL,
    Standing.CONDITIONAL_FAIL,
    Standing.WAIVED,
    Standing.OBSERVED,
    Standing.RETRIED,
    Standing.PASS,
)


class Extent(StrEnum):
    """How much of a requirement has been judged."""

    COMPLETE = "complete"
    PARTLY = "partly"
    NONE = "none"

    @property
    def word(self) -> str:
        """Its name in the language of the page."""
        words = {"complete": _("complete"), "partly": _("partly"), "none": _("not at all")}
        return words[self.value]


@dataclass(frozen=True, slots=True)
class Completeness:
    """The extent, and what is lacking."""

    extent: Extent
    lacking: tuple[str, ...] = ()


def complete_as(
    requirement: RequirementRecord, trials: Sequence[Trial], read: Collection[str]
) -> Completeness:
    """Hold the tests of a requirement against what it asks for.

    ``read``: the ambiguities of which the run chose a reading. One that nobody read, and one that a
    test could only observe, leave a part of the requirement open. So do cases that do not apply to
    this bench, beside others that do.
    """
    judged = [trial for trial in trials if trial.standing in _JUDGED]
    lacking = tuple(_lacking(requirement, trials, read, judged=len(judged)))
    if not judged:
        return Completeness(Extent.NONE, lacking)
    return Completeness(Extent.PARTLY if lacking else Extent.COMPLETE, lacking)


def _lacking(
    requirement: RequirementRecord, trials: Sequence[Trial], read: Collection[str], *, judged: int
) -> Iterator[str]:
    elsewhere = sum(t.standing is Standing.NOT_APPLICABLE for t in trials)
    if silent := len(trials) - judged - elsewhere:
        yield ngettext(
            "%(num)s of %(all)s test without a judgement",
            "%(num)s of %(all)s tests without a judgement",
            len(trials),
        ) % {"num": silent, "all": len(trials)}
    if elsewhere == len(trials):
        yield _("applies to nothing on this bench")
    elif elsewhere:
        said = _("conditions not covered: %(num)s of %(all)s tests are for another bench")
        yield said % {"num": elsewhere, "all": len(trials)}
    if seen := sum(t.standing is Standing.OBSERVED for t in trials):
        yield ngettext(
            "%(num)s test observed and not judged", "%(num)s tests observed and not judged", seen
        ) % {"num": seen}
    if unread := [name for name in requirement.ambiguities if name not in read]:
        yield _("open in the sources: %(ids)s") % {"ids": ", ".join(unread)}
