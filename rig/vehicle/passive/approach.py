"""An approach: one phone's connection, from the first packet to the last, kept for the record."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from enum import StrEnum

from drivers.api.errors import LinkLost
from rig.digital_key.ble_messages import (
    ApduRequest,
    ApduResponse,
    DkMessage,
    Event,
    FirstApproachResponse,
)
from rig.digital_key.dissect import dissect, name_of
from rig.digital_key.dissect_ble import dissect_message, masked, name_of_message
from rig.digital_key.dissect_elements import Element
from rig.digital_key.errors import DigitalKeyError
from rig.digital_key.settings import Settings
from rig.measure.outcomes import Inconclusive
from rig.measure.timeline import Timeline
from rig.records.trace import FieldRecord, StepRecord, VisitRecord
from rig.vehicle.passive.dialogue import Declined, Silence
from rig.vehicle.visit import bench_error

PLACE = "passive entry"
_OPEN = tuple(bytes((cls.TYPE, cls.ID)) for cls in (FirstApproachResponse, Event))


class ApproachEnding(StrEnum):
    """How an approach ended."""

    UNLOCKED = "unlocked"  # the last movement counts
    LOCKED = "locked"
    PASSED = "passed by"  # nothing moved, and nothing was wrong
    REFUSED = "refused"  # by the vehicle, or by the phone
    INTERRUPTED = "interrupted"  # the connection was lost before anything was measured
    MUTE = "mute"  # the phone did not say what was waited for
    FAULT = "fault"  # the rig or the bench broke


@dataclass(slots=True)
class Step:
    """One DK message with its answer, or one APDU that travelled in them."""

    name: str
    sent_ns: int
    received_ns: int
    sent: bytes = b""  # as the trace may show it
    received: bytes = b""
    error: str = ""
    apdu: bool = False

    def to_record(self, device: str, zero_ns: int, settings: Settings) -> StepRecord:
        """For the trace."""
        told: list[Element] = []
        if self.apdu:
            told += dissect(self.sent, self.received)
        else:
            for octets in filter(None, (self.sent, self.received)):
                told += dissect_message(octets, settings)
        return StepRecord(
            name=self.name,
            device=device,
            sent_ns=self.sent_ns - zero_ns,
            received_ns=self.received_ns - zero_ns,
            command=self.sent.hex(),
            response=self.received.hex(),
            error=self.error,
            fields=tuple(FieldRecord(e.level, e.label, e.value, e.note) for e in told),
        )


@dataclass(slots=True)
class Approach:
    """What is known of it. Written by the agenda's thread, read by others once it has ended.

    Marks, in order: ``connected``, ``encrypted``, ``channel``, ``time_sync``, ``set_up``,
    ``first_range`` (the first that was believed), ``decided``, ``commanded``, ``feedback``.
    """

    phone: str  # its address
    radio: str
    settings: Settings = field(default_factory=Settings)
    most_round_trip_s: float = 0.15  # at best; above, it is called relayed
    timeline: Timeline = field(default_factory=Timeline)
    steps: list[Step] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    rejections: Counter[str] = field(default_factory=Counter)
    round_trips_ns: list[int] = field(default_factory=list)
    key: str = ""
    ending: ApproachEnding | None = None
    explanation: str = ""
    error: Exception | None = None
    movements: int = 0
    prepares: bool = False  # nobody is to be judged by it

    def note(self, text: str) -> None:
        """Keep a remark, once."""
        if text not in self.notes:
            self.notes.append(text)

    def reject(self, name: str) -> None:
        """Count something that was not accepted, under its name."""
        self.rejections[name] += 1

    def end(self, ending: ApproachEnding, explanation: str = "") -> None:
        """Note how it ended; what was noted first stays."""
        if self.ending is None:
            self.ending, self.explanation = ending, explanation

    def end_with(self, error: Exception, step: str) -> None:
        """Note the exception that ended it; what kind it is decides what it means.

        Once the locks have moved, only a fault of the bench still changes how it ended.
        """
        if self.movements and isinstance(error, Silence | DigitalKeyError | Declined | PhoneGone):
            self.note(f"{step}: {error}")
            return
        if self.movements:
            self.ending = None
        elif self.ending is not None:
            return
        if isinstance(error, Silence):
            self.end(ApproachEnding.MUTE, f"{step}: {error}")
        elif isinstance(error, DigitalKeyError | Declined):
            self.end(ApproachEnding.REFUSED, f"{step}: {error}")
        elif isinstance(error, PhoneGone):
            self.end(ApproachEnding.INTERRUPTED, f"{step}: {error}")
        else:
            self.end(ApproachEnding.FAULT, f"{step}: {type(error).__name__}: {error}")
            error = bench_error(error, f"{PLACE}: {step}")
        self.error = error

    def moved(self, how: str, *, unlocked: bool) -> None:
        """It has moved the locks; the last movement is how it ended so far."""
        self.ending = ApproachEnding.UNLOCKED if unlocked else ApproachEnding.LOCKED
        self.explanation = f"{self.key}, {how}"
        self.movements += 1

    @property
    def furthest(self) -> str:
        """The last mark it has: how far it came."""
        marks = self.timeline.marks
        return max(marks, key=marks.__getitem__, default="nothing")

    @property
    def ranged(self) -> bool:
        """Whether it came to ranging, and anything was measured, be it that nobody answered."""
        marks = self.timeline.marks
        return "set_up" in marks and ("first_range" in marks or bool(self.rejections))

    @property
    def exposed(self) -> bool:
        """Whether the vehicle said on an open link what belongs on an encrypted one.

        No bench that breaks makes it do so: that is judged, whatever the phone made of it.
        """
        said = (step for step in self.steps if step.sent)
        return "encrypted" not in self.timeline.marks and any(
            step.apdu or not step.sent.startswith(_OPEN) for step in said
        )

    @property
    def refused(self) -> bool:
        return self.ending is ApproachEnding.REFUSED

    @property
    def broken(self) -> bool:
        """Whether it was the bench or the rig that failed."""
        return self.ending is ApproachEnding.FAULT

    def copy(self) -> Approach:
        """As it stands, for another thread."""
        timeline = Timeline(dict(self.timeline.marks))
        return replace(
            self,
            timeline=timeline,
            steps=[replace(step) for step in self.steps],
            notes=list(self.notes),
            rejections=Counter(self.rejections),
            round_trips_ns=list(self.round_trips_ns),
        )

    def raise_if_broken(self) -> None:
        """Raise what kept it from being judged: Inconclusive, or the bench's error."""
        if self.ending in (ApproachEnding.INTERRUPTED, ApproachEnding.MUTE):
            raise Inconclusive(self.told) from self.error
        if self.ending is ApproachEnding.FAULT and self.error is not None:
            raise self.error

    @property
    def told(self) -> str:
        """All that is to be said of it, in a line."""
        counted = (f"{name}: {count}" for name, count in self.rejections.most_common())
        trips: tuple[str, ...] = ()
        if self.round_trips_ns:
            best_ns = min(self.round_trips_ns)
            relayed = "relayed: " if best_ns > self.most_round_trip_s * 1e9 else ""
            trips = (f"{relayed}Bluetooth round trip {best_ns / 1e6:.0f} ms at best",)
        return "; ".join(filter(None, (self.explanation, *self.notes, *counted, *trips)))

    @property
    def began_ns(self) -> int:
        """Its first mark, of the clock."""
        marks = self.timeline.marks.values()
        return min([*marks, *(step.sent_ns for step in self.steps)], default=0)

    def to_record(self, test: str, attempt: int, number: int) -> VisitRecord:
        """The approach for the trace; times count from its first mark."""
        marks, zero = self.timeline.marks, self.began_ns
        return VisitRecord(
            test=test,
            attempt=attempt,
            number=number,
            place=PLACE,
            outcome=self.ending or ApproachEnding.PASSED,
            explanation=self.told,
            marks={name: t - zero for name, t in sorted(marks.items(), key=lambda m: m[1])},
            steps=tuple(step.to_record(self.phone, zero, self.settings) for step in self.steps),
            ranged=self.ranged,
            prepares=self.prepares,
        )

    # --- steps, as they are spoken -------------------------------------------------------------

    def said(self, message: DkMessage, octets: bytes, t_ns: int) -> Step:
        """A message to the phone; an APDU in it is a step of its own kind."""
        if isinstance(message, ApduRequest):
            step = Step(name_of(message.apdu), t_ns, t_ns, message.apdu, apdu=True)
        else:
            name = name_of_message(octets, self.settings)
            step = Step(name, t_ns, t_ns, masked(octets))
        self.steps.append(step)
        return step

    def heard(self, octets: bytes, t_ns: int) -> None:
        """A message that the phone sent by itself, or what is none."""
        name = name_of_message(octets, self.settings)
        self.steps.append(Step(name, t_ns, t_ns, received=masked(octets)))

    def answered(self, step: Step, message: DkMessage, octets: bytes, t_ns: int) -> None:
        """What the phone answered in this step."""
        step.received_ns = t_ns
        if isinstance(message, ApduResponse) and step.apdu:
            step.received = message.apdu
            return
        step.received = masked(octets)
        step.name = f"{step.name}, {name_of_message(octets, self.settings)}"
        self.round_trips_ns.append(t_ns - step.sent_ns)

    def unanswered(self, step: Step, t_ns: int, why: str) -> None:
        """No answer came to it."""
        step.received_ns, step.error = t_ns, why


class PhoneGone(LinkLost):
    """The connection ended while the vehicle still wanted something."""
