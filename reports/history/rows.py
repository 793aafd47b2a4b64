"""A journal as rows of the tables, before the database has given the run its number."""

from __future__ import annotations

import hashlib
import statistics
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from pathlib import Path
from typing import Any

from reports.history.errors import JournalRefused
from reports.history.fields import Fields
from reports.history.journal_file import JournalFile, attempt_of
from reports.history.nights import night_of, to_utc
from reports.history.samples import pack
from reports.history.tables import NAME_LENGTH

Row = dict[str, Any]
NOT_RECORDED = "not recorded"
_PHONES = ("phone.", "sim.phone")
_RACKS = ("sim.phone_rack",)  # holds phones, is none
_SOFTWARE = ("software", "software status")


@dataclass(frozen=True, slots=True)
class Rows:
    """What one run brings, by table."""

    run: Row
    devices: list[Row]
    results: list[Row]
    requirements: list[Row]
    measurements: list[Row]
    waivers: list[Row]


def to_rows(journal: JournalFile, folder: Path, night: date | tzinfo = UTC) -> Rows:
    """JournalRefused for a run that does not say when it began, or has an id that is too long.

    ``night`` is that of the run, or the zone whose noons part the nights.
    """
    head = journal.started
    began = _began(head)
    run_id = _name(head, head.text("run_id") or folder.resolve().name)
    devices = [_device(n, device) for n, device in enumerate(head.each("devices"), 1)]
    night = night if isinstance(night, date) else night_of(began, night)
    run = {**_run(journal, run_id, began, devices), "night": night}
    waivers = [_waiver(n, waiver) for n, waiver in enumerate(head.each("waivers"), 1)]
    rows = Rows(run, devices, [], [], [], waivers)
    for number, result in enumerate(journal.results, 1):
        _add_result(rows, number, result)
    return rows


def _began(head: Fields) -> datetime:
    try:
        return to_utc(head.text("started_utc"))
    except ValueError as exc:
        raise JournalRefused(f"{head.where} does not say when the run began") from exc


def _name(record: Fields, text: str) -> str:
    if not text or len(text) > NAME_LENGTH:
        raise JournalRefused(f"{record.where}: an id has 1 to {NAME_LENGTH} characters")
    return text


def _run(journal: JournalFile, run_id: str, began: datetime, devices: list[Row]) -> Row:
    head, end = journal.started, journal.finished
    vehicle = head.pairs("vehicle")
    words = ("bench", "plan", "plan_title", "rig_version")
    hashes = ("bench_sha256", "plan_sha256", "lock_sha256")
    software = next((vehicle[name] for name in _SOFTWARE if vehicle.get(name)), NOT_RECORDED)
    return {
        "run_id": run_id,
        "journal_sha256": journal.sha256,
        "journal_bytes": len(journal.content),
        "schema": head.whole("schema"),
        "complete": journal.complete,
        "under_way": journal.under_way,
        "started_utc": began.isoformat(),
        "ended_utc": end.text("ended_utc") if end else "",
        "verdict": end.text("verdict") if end else "",
        "exit_status": end.whole_or_none("exit_status") if end else None,
        "reason": end.text("reason") if end else "",
        "simulated": head.flag("simulated"),
        "vehicle": vehicle,
        "phone": phone_of(devices),
        "software": software,
        "fixture": fixture_of(head.text("bench"), devices),
        "imported_utc": datetime.now(UTC).isoformat(),
        **{name: head.text(name) for name in (*words, *hashes)},
    }


def _device(number: int, device: Fields) -> Row:
    names = ("name", "driver", "make", "model", "serial", "firmware")
    texts = {name: device.text(name) for name in names}
    return {"number": number, "simulated": device.flag("simulated"), **texts}


def _waiver(number: int, waiver: Fields) -> Row:
    names = ("kind", "reason", "ticket", "begins", "until", "requirement", "test")
    texts = {name: waiver.text(name) for name in names}
    return {"number": number, "person": waiver.text("by"), **texts}


def _is_phone(device: Row) -> bool:
    return device["driver"].startswith(_PHONES) and device["driver"] not in _RACKS


def phone_of(devices: list[Row]) -> str:
    """The phones of a bench by make, model and serial.

    A phone with new firmware is the same one: what an update changes is a finding.
    """
    return "; ".join(sorted(identity_of(d) for d in devices if _is_phone(d))) or "no phone"


def identity_of(device: Row) -> str:
    """Make, model and serial; the bench's name for what does not say who it is."""
    return " ".join(filter(None, (device["make"], device["model"], device["serial"]))) or str(
        device["name"]
    )


def fixture_of(bench: str, devices: list[Row]) -> str:
    """The bench's name and its revision: a hash over all equipment that is no phone.

    It counts firmware: after an exchange or an update the bench is another one. A comment in the
    bench file changes nothing.
    """
    parts = ("name", "driver", "make", "model", "serial", "firmware")
    fixed = sorted("\x1f".join(d[part] for part in parts) for d in devices if not _is_phone(d))
    revision = hashlib.sha256("\x1e".join(fixed).encode()).hexdigest()[:8]
    return f"{bench or NOT_RECORDED} {revision}"


def _add_result(rows: Rows, number: int, result: Fields) -> None:
    test, attempt = attempt_of(result)
    night = rows.run["night"]
    holders = {device["name"]: identity_of(device) for device in rows.devices}
    rows.results.append(
        {
            "number": number,
            "test": test,
            "attempt": attempt,
            "verdict": result.text("verdict"),
            "reason": result.text("reason"),
            "started_utc": result.text("started_utc"),
            "duration_s": result.number("duration_s"),
            "vehicle": result.text("vehicle"),
        }
    )
    rows.requirements.extend(
        {"requirement": _name(result, name), "night": night, "result": number}
        for name in dict.fromkeys(result.texts("requirements"))
    )
    rows.measurements.extend(
        {"result": number, "number": n, **_measurement(measured, holders)}
        for n, measured in enumerate(result.each("measurements"), 1)
    )


def _measurement(measured: Fields, holders: Mapping[str, str]) -> Row:
    samples = measured.numbers("samples")
    return {
        "metric": measured.text("name"),
        "unit": measured.text("unit"),
        "phone": holders.get(measured.text("device"), ""),
        "wanted": measured.whole("wanted"),
        "taken": len(samples),
        "median": statistics.median(samples) if samples else None,
        "samples": pack(samples),
    }
