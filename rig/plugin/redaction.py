"""What a run may not record as it is: one table, by which texts are masked and the report told.

The rules for texts are for what people type and what failures say. Keys, codes and links that the
rig knows to be secret never come that far: their types do not print. Of Bluetooth LE messages the
trace overwrites the fields that `rig.digital_key.dissect_ble` names.
"""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from drivers.api.secret_text import SecretText
from rig.digital_key.dissect_ble import masked_fields
from rig.records.laboratory import RedactionRecord
from rig.records.run import DeviceRecord, Observation

_SHOWN = 3  # characters of a serial number that stay
_SHORTEST = 4  # a serial number that is looked for in texts: a shorter one is a word like others
STEPS = "operator steps"
TEXTS = "operator steps, reasons, observations"


@dataclass(frozen=True, slots=True)
class TextRule:
    """What is replaced in texts. ``steps_only``: in what was asked of and typed by a person."""

    kind: str
    pattern: re.Pattern[str]
    instead: str
    steps_only: bool = False

    def record(self) -> RedactionRecord:
        """What the report says of it."""
        where = STEPS if self.steps_only else TEXTS
        return RedactionRecord(self.kind, f"replaced by {self.instead}", where, 0)


TEXT_RULES = (
    TextRule("link", re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s'\"<>]+", re.I), "[link]"),
    TextRule(
        "vehicle identification number",
        re.compile(r"\b(?=[A-Z]*\d)[A-HJ-NPR-Z0-9]{17}\b"),
        "[VIN]",
    ),
    TextRule(
        "phone number",
        re.compile(r"(?<![\w+.])(?:\+|00)[1-9]\d{0,2}[ \d()/-]{5,16}\d\b|\btel:[+\d()-]+", re.I),
        "[phone number]",
    ),
    TextRule(
        "key or token",
        re.compile(r"\b[0-9A-Fa-f]{32,}\b|(?<![\w-])(?=[\w-]*\d)[\w-]{40,}(?![\w-])"),
        "[token]",
        steps_only=True,
    ),
)
TYPED = RedactionRecord("typed code or link", "not recorded, only its length", STEPS, 0)
SERIALS = RedactionRecord(
    "serial number", f"all but the last {_SHOWN} characters masked", f"devices, remarks, {TEXTS}", 0
)


class Redactor:
    """Masks what is about to be recorded, and counts. Safe to use from several threads.

    ``serials`` are those that no text may hold.
    """

    def __init__(self, serials: Iterable[str] = ()) -> None:
        self._rules = (*TEXT_RULES, *_serial_rules(serials))
        self._applied: Counter[str] = Counter()
        self._lock = threading.Lock()

    def clean(self, text: str, *, step: bool = False) -> str:
        """The text as it may be recorded; ``step``: of a request to a person."""
        for rule in self._rules:
            if step or not rule.steps_only:
                text, count = rule.pattern.subn(rule.instead, text)
                self._count(rule.kind, count)
        return text

    def withhold(self, text: str) -> str:
        """What is recorded of a code or a link that somebody typed; "" for nothing."""
        if not text:
            return ""
        self._count(TYPED.kind, 1)
        return repr(SecretText(text))

    def clean_observation(self, seen: Observation) -> Observation:
        """The same for what was observed."""
        return replace(seen, what=self.clean(seen.what), value=self.clean(seen.value))

    def take(self) -> dict[str, int]:
        """How often what was masked since this was asked last, by kind and in order."""
        with self._lock:
            found, self._applied = self._applied, Counter()
        return {kind: found[kind] for kind in sorted(found)}

    def _count(self, kind: str, count: int) -> None:
        if count:
            with self._lock:
                self._applied[kind] += count


def mask_serial(serial: str) -> str:
    """A serial number whose end stays, so that two devices of a bench are still two."""
    kept = serial[-_SHOWN:] if len(serial) > _SHOWN else ""
    return "*" * (len(serial) - len(kept)) + kept


def mask_devices(devices: Iterable[DeviceRecord]) -> tuple[DeviceRecord, ...]:
    """The devices without their serial numbers."""
    return tuple(replace(device, serial=mask_serial(device.serial)) for device in devices)


def redactions(
    vin: RedactionRecord | None, masked: Mapping[str, int]
) -> tuple[RedactionRecord, ...]:
    """The list for the report. ``masked`` is how often what was masked in the head of the run."""
    listed = [
        *([vin] if vin else []),
        *([replace(SERIALS, applied=masked[SERIALS.kind])] if SERIALS.kind in masked else []),
        *(rule.record() for rule in TEXT_RULES),
        TYPED,
        RedactionRecord(
            "key, password, PIN, activation code, invitation link",
            f"of a type that shows its length alone: {SecretText('1234')!r}",
            "everything that is recorded",
        ),
    ]
    for message, fields in masked_fields().items():
        what = f"{' and '.join(fields)} of {message}"
        listed.append(RedactionRecord(what, "overwritten with zeros", "trace, protocol"))
    return tuple(listed)


def _serial_rules(serials: Iterable[str]) -> list[TextRule]:
    long = sorted({s for s in serials if len(s) >= _SHORTEST}, key=lambda s: (-len(s), s))
    return [
        TextRule(
            SERIALS.kind,
            re.compile(rf"(?<!\w){re.escape(serial)}(?!\w)"),
            mask_serial(serial).replace("\\", r"\\"),
        )
        for serial in long
    ]
