"""Records of what was on the wire, decoded when they were written.

A visit is one card or phone in one reader's field, from detection to the last relay edge. Session
keys and the plaintext of a secure channel are never in it.
"""

from __future__ import annotations

from dataclasses import dataclass

# Outcomes that a reader looks for: owner pairing is whole, the first use of the new key.
PAIRED, UNLOCKED = "paired", "unlocked"


@dataclass(frozen=True, slots=True)
class FieldRecord:
    """One decoded element of an APDU, indented by ``level``."""

    level: int
    label: str
    value: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class StepRecord:
    """One command and its answer. Times in ns since the visit's first mark."""

    name: str  # "SELECT", "AUTH0", "AUTH1", "EXCHANGE", "CONTROL FLOW", "GET RESPONSE"
    device: str
    sent_ns: int
    received_ns: int
    command: str  # hex
    response: str  # hex; "" when error says why none came
    error: str
    fields: tuple[FieldRecord, ...]


@dataclass(frozen=True, slots=True)
class VisitRecord:
    """One visit of a card or phone, with its marks and steps in time order."""

    test: str
    attempt: int
    number: int  # within the attempt, from 1
    place: str
    outcome: str  # "unlocked", "locked", "paired", "start authorised", "refused", "error", ...
    explanation: str
    marks: dict[str, int]  # name -> ns since the first mark
    steps: tuple[StepRecord, ...]
    begun_utc: str = ""  # of the first mark; "" in runs of older rigs
    ranged: bool = False  # ranging came as far as to say anything, be it that nobody answers
    prepares: bool = False  # what the test began with, and judges nobody by
