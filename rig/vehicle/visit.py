"""A visit: one card or phone in one reader's field, from detection to the last relay edge."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from drivers.api.errors import CardLost, DriverError, LinkTimeout, ReaderSilent
from drivers.api.nfc import Target
from rig.digital_key.dissect import dissect, name_of
from rig.digital_key.errors import DigitalKeyError
from rig.digital_key.messages import Outcome
from rig.digital_key.profiles import Purpose
from rig.measure.outcomes import Inconclusive
from rig.measure.timeline import Timeline
from rig.records.trace import FieldRecord, StepRecord, VisitRecord
from rig.vehicle.errors import ServiceBroken, VehicleError


class Ending(StrEnum):
    """How a visit ended."""

    UNLOCKED = "unlocked"
    LOCKED = "locked"
    START_AUTHORISED = "start authorised"
    PAIRED = "paired"  # a new main key; what followed is in the marks and notes
    PAIRING_FAILED = "pairing failed"  # no key on either side
    REFUSED = "refused"  # by the vehicle, or by the device
    INTERRUPTED = "interrupted"  # the card or phone left the field
    MUTE = "mute"  # in the field, and no answer
    FAULT = "fault"  # the rig or the bench broke


ACHIEVED = (Ending.UNLOCKED, Ending.LOCKED, Ending.START_AUTHORISED, Ending.PAIRED)


def bench_error(error: Exception, where: str) -> DriverError | VehicleError:
    """``error`` as what it is to a test: of the bench or the rig, never a judgement.

    An AssertionError out of the rig's own code, say, would otherwise read as a failed requirement.
    """
    if isinstance(error, DriverError | VehicleError):
        return error
    broken = ServiceBroken(f"{where}: {type(error).__name__}: {error}")
    broken.__cause__ = error
    return broken


@dataclass(slots=True)
class Visit:
    """What is known of a visit. Written by its reader loop, read by others once finished."""

    place: str
    reader: str
    timeline: Timeline = field(default_factory=Timeline)
    purpose: Purpose | None = None
    ending: Ending = Ending.FAULT
    explanation: str = ""
    key: str = ""  # name of the authenticated key
    fast: bool = False
    outcome: Outcome | None = None  # what CONTROL FLOW told the device
    flow: int | None = None  # what OP CONTROL FLOW told it when a pairing failed
    notes: list[str] = field(default_factory=list)
    error: Exception | None = None
    interfered: bool = False  # somebody stood between vehicle and device: a test's attack

    @property
    def refused(self) -> bool:
        return self.ending is Ending.REFUSED

    def end(self, ending: Ending, explanation: str) -> None:
        """Note how it ended."""
        self.ending, self.explanation = ending, explanation

    def note_calls(self, target: Target) -> None:
        """Note the polling frames that called the device: what was on the air, and when."""
        for frame in dict.fromkeys(call.command for call in target.calls):
            times = [call.sent_ns for call in target.calls if call.command == frame]
            ago_ms = (target.seen_ns - times[-1]) / 1e6
            last = f"last {ago_ms:.1f} ms before it was seen"
            self.notes.append(f"called with {frame.hex().upper()} {len(times)} times, {last}")
        self.timeline.mark("called", target.calls[-1].sent_ns)

    def end_with(self, error: Exception) -> None:
        """Note the exception that ended it; what kind it is decides what it means."""
        self.error = error
        step = name_of(self.timeline.exchanges[-1].command) if self.timeline.exchanges else "start"
        if isinstance(error, CardLost):
            self.end(Ending.INTERRUPTED, f"{self.reader}: the device left the field at {step}")
        elif isinstance(error, LinkTimeout) and self._was_asked(error):
            self.end(Ending.MUTE, f"{self.reader}: no answer from the device at {step}: {error}")
        elif isinstance(error, DigitalKeyError):
            self.end(Ending.REFUSED, f"{step}: {error}")
        else:
            self.end(Ending.FAULT, f"{self.reader}: {step}: {type(error).__name__}: {error}")
            self.error = bench_error(error, f"{self.reader}: {step}")

    def _was_asked(self, error: LinkTimeout) -> bool:
        """Whether it was the device in the field that did not answer, and not the bench."""
        exchanges = self.timeline.exchanges
        if isinstance(error, ReaderSilent):
            return False
        return error.device in ("", self.reader) or bool(exchanges and exchanges[-1].error)

    def raise_if_broken(self) -> None:
        """Raise what kept the visit from being judged: Inconclusive, or the bench's error."""
        if self.ending in (Ending.INTERRUPTED, Ending.MUTE):
            raise Inconclusive(self.explanation) from self.error
        if self.ending is Ending.FAULT and self.error is not None:
            raise self.error

    @property
    def began_ns(self) -> int:
        """Its first mark, of the clock."""
        stamps = [*self.timeline.marks.values(), *(e.sent_ns for e in self.timeline.exchanges)]
        return min(stamps, default=0)

    def to_record(self, test: str, attempt: int, number: int) -> VisitRecord:
        """The visit for the trace; times count from its first mark."""
        marks, zero = self.timeline.marks, self.began_ns
        return VisitRecord(
            test=test,
            attempt=attempt,
            number=number,
            place=self.place,
            outcome=self.ending,
            explanation="; ".join(filter(None, (self.explanation, *self.notes))),
            marks={name: t - zero for name, t in sorted(marks.items(), key=lambda m: m[1])},
            steps=tuple(
                StepRecord(
                    name=name_of(e.command),
                    device=e.device,
                    sent_ns=e.sent_ns - zero,
                    received_ns=e.received_ns - zero,
                    command=e.command.hex(),
                    response=e.response.hex(),
                    error=e.error,
                    fields=tuple(
                        FieldRecord(d.level, d.label, d.value, d.note)
                        for d in dissect(e.command, e.response)
                    ),
                )
                for e in self.timeline.exchanges
            ),
        )
