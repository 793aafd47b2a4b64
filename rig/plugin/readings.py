"""How a run reads what the sources leave open: what a plan may choose, what the journal says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rig.complaints import shown
from rig.key_server.reading_choices import described, readings_from
from rig.plans.catalogue import Catalogue
from rig.records.catalogue import ReadingRecord


def check_readings(chosen: Mapping[str, object]) -> None:
    """Raise ValueError for a reading that does not exist, or a value it cannot have."""
    readings_from(chosen)


def reading_records(
    catalogue: Catalogue, chosen: Mapping[str, object]
) -> tuple[ReadingRecord, ...]:
    """Every ambiguity with its handling, the readings, and what else the plan has chosen."""
    readings = [
        ReadingRecord(each.ambiguity, each.name, each.chosen, each.alternatives, each.meaning)
        for each in described(readings_from(chosen))
    ]
    told = {each.name for each in readings}
    others = [
        ReadingRecord("", name, value if isinstance(value, str) else shown(value))
        for name, value in chosen.items()
        if not any(name == each or each.startswith(f"{name}.") for each in told)
    ]
    return (*_handlings(catalogue), *readings, *others)


def _handlings(catalogue: Catalogue) -> Iterator[ReadingRecord]:
    for ambiguity in catalogue.ambiguities.values():
        yield ReadingRecord(
            ambiguity.id, "", ambiguity.proposed_handling, meaning=ambiguity.finding
        )
