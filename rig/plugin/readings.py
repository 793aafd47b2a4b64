"""How a run reads what the sources leave open: what a plan may choose, what the journal says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields

from rig.complaints import allowed, shown
from rig.key_server.readings import Readings
from rig.plans.catalogue import Catalogue
from rig.records.run import ReadingRecord


def check_readings(chosen: Mapping[str, object]) -> None:
    """Raise ValueError for a reading that does not exist."""
    known = [each.name for each in fields(Readings)]
    for name in chosen:
        if name not in known:
            raise ValueError(f"no reading {name!r}; {allowed(name, known, 'there are')}")


def reading_records(
    catalogue: Catalogue, chosen: Mapping[str, object]
) -> tuple[ReadingRecord, ...]:
    """Every ambiguity with the rig's handling of it, then what the plan has chosen by name."""
    return (*_handlings(catalogue), *_choices(chosen))


def _handlings(catalogue: Catalogue) -> Iterator[ReadingRecord]:
    for ambiguity in catalogue.ambiguities.values():
        yield ReadingRecord(
            ambiguity.id, "", ambiguity.proposed_handling, meaning=ambiguity.finding
        )


def _choices(chosen: Mapping[str, object]) -> Iterator[ReadingRecord]:
    for name, value in chosen.items():
        yield ReadingRecord("", name, value if isinstance(value, str) else shown(value))
