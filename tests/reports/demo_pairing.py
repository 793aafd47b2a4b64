"""Visits of an owner pairing for the demo run: published bytes, decoded as the rig decodes them."""

from __future__ import annotations

from rig.digital_key.dissect import dissect, name_of
from rig.records.trace import FieldRecord, StepRecord, VisitRecord
from tests.reports.demo_visits import tap
from tests.reports.sample_runs import MS

FRAMEWORK, APPLET = (
    "00A404000DA000000809434343444B46763100",
    "00A404000DA000000809434343444B41763100",
)
X = (
    "04f44555207a617fd90900dba5c8e6f81eddbd87590873a63b9057dda9f138dbc1"
    "6f453195f6452ce71d399052435952b89a10b927435574f5e3707eae031c40e0"
)
Y = (
    "04b6fdaf3f6949869d68f667108b75e4ce74847e8953d1e3c6aae21699e8027211"
    "c2d9b2b2a906cc7ea7020715dec44e95659e3fc8994f635b95e7c9ea5c362cbe"
)
M1, M2 = "110d49f8c5a896e11d4dde4c3b9704d2", "23d1a618ad3acbfd7a9bd19fd1737107"
SCRYPT = "C010D96A3B251CAD2B49962B7E096EE8656AC10400001000C2020008C3020001"
WRITE = f"84D4{{}}00F8{'9B' * 240}{'5C' * 8}00"
GET = f"84CA000018{'4D' * 16}{'3A' * 8}00"
POINT = "04" + "5A" * 64
FIRST = (
    (FRAMEWORK, "5A0401010100 5C0401010100 D40102 9000"),
    (f"803000002F5B0201005C0201007F5020{SCRYPT}D602000300", f"5041{X}9000"),
    (f"80320000555241{Y}5710{M1}00", f"5810{M2}9000"),
    (WRITE.format("00"), f"{'7E' * 8}9000"),
    (WRITE.format("80"), f"{'7F' * 8}9000"),
    ("803C100100", "9000"),
)
SECOND = (
    (FRAMEWORK, "5A0401010100 5C0401010100 D40102 9000"),
    *((GET, f"{'C4' * 112}{'2B' * 8}9000"),) * 4,
    (f"84D4800018{'9B' * 16}{'5C' * 8}00", f"{'7E' * 8}9000"),
    ("803C100200", "9000"),
    ("803C111100", "9000"),
)
THIRD = (
    (APPLET, "5C0201009000"),
    (f"80800407635C0201008741{POINT}4C10{'5A' * 16}4D08{'31' * 8}00", f"8641{POINT}9000"),
    (f"80810000429E40{'C3' * 64}00", f"{'7F' * 96}9000"),
    (f"84C9000038{'9B' * 48}{'E1' * 8}00", f"{'E1' * 16}9000"),
    ("803C018100", "9000"),
)


def pairing(test: str) -> list[VisitRecord]:
    """Two transactions with the framework, one with the applet, and the first tap at the handle."""
    return [
        _visit(test, 1, "refused", "Interrupted by the vehicle's own reset of the field.", FIRST),
        _visit(test, 2, "paired", "Both sides hold the new key; it is not tracked yet.", SECOND),
        _visit(test, 3, "refused", "The immobilizer token was written.", THIRD),
        tap(test, 4, 1.0),
        tap(test, 5, 0.9),
    ]


def _visit(
    test: str, number: int, outcome: str, explanation: str, wire: tuple[tuple[str, str], ...]
) -> VisitRecord:
    steps = tuple(_step(at, command, answer) for at, (command, answer) in enumerate(wire))
    marks = {"presence": 0, "selected": steps[0].received_ns, "ended": steps[-1].received_ns}
    return VisitRecord(test, 1, number, "tray", outcome, explanation, marks, steps)


def _step(at: int, command_hex: str, answer_hex: str) -> StepRecord:
    command, answer = bytes.fromhex(command_hex), bytes.fromhex(answer_hex)
    return StepRecord(
        name=name_of(command),
        device="tray",
        sent_ns=(at * 60 + 4) * MS,
        received_ns=(at * 60 + 50) * MS,
        command=command.hex(),
        response=answer.hex(),
        error="",
        fields=tuple(
            FieldRecord(e.level, e.label, e.value, e.note) for e in dissect(command, answer)
        ),
    )
