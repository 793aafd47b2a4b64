"""What a campaign of faults came to, by its records: was each told from a device's doing."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from rich.table import Table

from rig.records.journal import Run
from rig.records.run import Result
from rig.records.verdict import Verdict

NOTHING = "no fault"
FAULT, STRIKES = "fault", "fault strikes"  # what the observations of a case are of


class Came(StrEnum):
    """What a case came to, held against the same test without a fault."""

    ERROR = "error"
    INCONCLUSIVE = "inconclusive"
    GOT_OVER = "got over"  # it struck; devices were judged as without it, and as much was seen
    NOT_STRUCK = "not struck"  # the test did not use the link, or not at such a moment
    FALSE_VERDICT = "false verdict"  # judged otherwise than without it
    DOUBTFUL = "doubtful"  # judged as without it, by less than was seen then
    SPILLED = "spilled over"  # broken though nothing has struck: an earlier fault is not got over


WRONG = (Came.FALSE_VERDICT, Came.DOUBTFUL, Came.SPILLED)
_UNDECIDED = {"interrupted", "mute", "error", "fault", "passed by"}
_UNJUDGED = {Verdict.ERROR: Came.ERROR, Verdict.INCONCLUSIVE: Came.INCONCLUSIVE}
Seen = list[tuple[str, str, bool]]  # place and outcome of each visit, and whether it was ranged


@dataclass(frozen=True, slots=True)
class Case:
    """One test under one fault."""

    result: Result
    fault: str
    strikes: int
    came: Came


def cases_of(run: Run) -> Iterator[Case]:
    """Every case of a campaign's run, in its order."""
    seen: dict[str, Seen] = defaultdict(list)
    for visit in run.visits():
        if not visit.prepares:
            seen[visit.test].append((visit.place, visit.outcome, visit.ranged))
    plain: Result | None = None
    for result in run.results:
        noted = {each.what: each.value for each in result.observations}
        fault, strikes = noted.get(FAULT, NOTHING), int(noted.get(STRIKES, "0"))
        if fault == NOTHING and result.test.endswith(f"{NOTHING}]"):
            plain = result
        if plain is not None:
            came = _came(result, strikes, plain, seen[result.test], seen[plain.test])
            yield Case(result, fault, strikes, came)


def _came(result: Result, strikes: int, plain: Result, seen: Seen, usual: Seen) -> Came:
    same = result.verdict is plain.verdict
    if same and not strikes:
        broken = result.verdict in (Verdict.ERROR, Verdict.FAIL)
        return Came.SPILLED if broken else Came.NOT_STRUCK
    if result.verdict in _UNJUDGED:
        return _UNJUDGED[result.verdict] if strikes else Came.SPILLED
    if not same:
        return Came.FALSE_VERDICT
    return Came.GOT_OVER if _saw_as_much(seen, usual) else Came.DOUBTFUL


def _saw_as_much(seen: Seen, usual: Seen) -> bool:
    """Whether what judged the device was there all the same, whatever was cut off besides."""
    if not _evidence(usual):
        return set(seen) == set(usual)
    return _evidence(usual) <= _evidence(seen) and _decided(seen)[-1:] == _decided(usual)[-1:]


def _evidence(seen: Seen) -> set[tuple[str, str, bool]]:
    """What was decided, and where somebody was ranged, if only to pass by."""
    return {*_decided(seen), *((place, "", True) for place, _outcome, ranged in seen if ranged)}


def _decided(seen: Seen) -> Seen:
    return [one for one in seen if one[1] not in _UNDECIDED]


def table_of(cases: list[Case]) -> Table:
    """A row for each fault: how many cases came to what."""
    counts: dict[str, Counter[Came]] = defaultdict(Counter)
    for case in cases:
        counts[case.fault][case.came] += 1
    table = Table(box=None, pad_edge=False, header_style="dim", expand=False)
    table.add_column("fault", no_wrap=True)
    for came in Came:
        table.add_column(came, justify="right")
    for fault in sorted(counts, key=lambda name: (name == NOTHING, name)):
        table.add_row(fault, *(str(counts[fault][came] or "") for came in Came))
    total = Counter(case.came for case in cases)
    table.add_row("all", *(str(total[came]) for came in Came), style="bold")
    return table
