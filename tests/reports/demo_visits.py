"""Visits of the demo run: a standard transaction at the handle, whole or broken off."""

from __future__ import annotations

from rig.records.trace import FieldRecord, StepRecord, VisitRecord
from tests.reports.sample_runs import MS

POINT, SIGNATURE = "04" * 65, "C3" * 64
WIRE = {  # command and answer
    "SELECT": ("00A404000DA000000809434343444B46763100", "5C0201009000"),
    "AUTH0": (
        f"80800000635C0201008741{POINT}4C10{'5A' * 16}4D08{'31' * 8}",
        f"8641{POINT}9000",
    ),
    "AUTH1": (f"80810000429E40{SIGNATURE}", f"{'7F' * 96}9000"),
    "EXCHANGE": (f"84C90000{'9B' * 24}", f"{'E1' * 16}9000"),
}
SPANS_MS = {
    "SELECT": (4.0, 21.5),
    "AUTH0": (24.2, 118.3),
    "AUTH1": (139.8, 236.4),
    "EXCHANGE": (241.0, 268.9),
}
MARKS_MS = {
    "presence": 0.0,
    "selected": 21.5,
    "authenticated": 268.9,
    "decided": 269.4,
    "commanded": 270.1,
    "feedback": 287.0,
}
FIELDS = {
    "SELECT": (
        FieldRecord(0, "command", "00 A4 04 00", "select by name"),
        FieldRecord(1, "application", "A000000809434343444B467631", "digital key"),
        FieldRecord(0, "answer", "9000", "done"),
        FieldRecord(1, "5C protocol version", "0100", "1.0"),
    ),
    "AUTH0": (
        FieldRecord(0, "command", "80 80 00 00"),
        FieldRecord(1, "87 vehicle ephemeral key", POINT, "uncompressed point on P-256"),
        FieldRecord(1, "4C transaction identifier", "5A" * 16),
        FieldRecord(0, "answer", "9000", "done"),
        FieldRecord(1, "86 device ephemeral key", POINT),
    ),
    "AUTH1": (
        FieldRecord(0, "command", "80 81 00 00"),
        FieldRecord(1, "9E signature", SIGNATURE, "the vehicle's, over both ephemeral keys"),
        FieldRecord(0, "answer", "9000", "enciphered, 96 bytes"),
    ),
    "EXCHANGE": (
        FieldRecord(0, "command", "84 C9 00 00", "enciphered"),
        FieldRecord(0, "answer", "9000", "enciphered"),
    ),
}


def tap(
    test: str, number: int, pace: float, *, broken: bool = False, attempt: int = 1
) -> VisitRecord:
    """A tap of 287 ms times ``pace``; a broken one loses the card during AUTH1."""
    names = ("SELECT", "AUTH0", "AUTH1") if broken else tuple(WIRE)
    marks = {n: round(t * pace * MS) for n, t in MARKS_MS.items() if not broken or t < 30}
    return VisitRecord(
        test=test,
        attempt=attempt,
        number=number,
        place="driver_handle",
        outcome="interrupted" if broken else "unlocked",
        explanation="The card left before AUTH1 was answered."
        if broken
        else "Owner key, standard transaction.",
        marks=marks,
        steps=tuple(_step(n, pace, lost=broken and n == "AUTH1") for n in names),
    )


def _step(name: str, pace: float, *, lost: bool) -> StepRecord:
    sent, received = SPANS_MS[name]
    command, response = WIRE[name]
    return StepRecord(
        name=name,
        device="driver_handle",
        sent_ns=round(sent * pace * MS),
        received_ns=round(received * pace * MS),
        command=command,
        response="" if lost else response,
        error="driver_handle: the card has left the field" if lost else "",
        fields=FIELDS[name][:2] if lost else FIELDS[name],
    )
