"""Whoever moves a phone about: a stage, a rail, or a person with a tape measure."""

from __future__ import annotations

import abc
from dataclasses import dataclass
from enum import StrEnum

from drivers.api.device import Device
from drivers.api.phone import KeyHolder
from drivers.api.space import Path, Point


class Carried(StrEnum):
    """How the phone is carried, which changes what its radios meet."""

    IN_HAND = "in the hand"  # line of sight to whatever it faces
    FRONT_POCKET = "in a front pocket"
    BACK_POCKET = "in a back pocket"  # the body stands in the way


class Walk(abc.ABC):
    """A phone under way on a path."""

    @property
    @abc.abstractmethod
    def begun_ns(self) -> int:
        """When it set out, by the bench's clock."""

    @abc.abstractmethod
    def where(self, t_ns: int) -> Point:
        """Where the phone was at that time, as well as this bench can tell.

        Raises OperatorDeclined when the person who walked cannot say.
        """

    @abc.abstractmethod
    def finish(self) -> None:
        """Return when the phone has come to rest at the end. Idempotent."""


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How well a position is known: the half-width of the interval, and where it comes from."""

    within_m: float
    basis: str


class Carriage(abc.ABC):
    """Whoever puts a phone on the carriage of a rail, and takes it off. It stands still then."""

    @abc.abstractmethod
    def mount(self, holder: KeyHolder, carried: Carried) -> None:
        """Fix it there. Raises OperatorDeclined, ActionRefused."""

    @abc.abstractmethod
    def unmount(self, holder: KeyHolder) -> None:
        """Take it off, and out of range of everything. Raises as ``mount`` does."""

    @abc.abstractmethod
    def clear(self, why: str) -> None:
        """See that nothing is in its way and nobody near: it has stopped, and moves again next.

        ``why`` it has stopped. Raises as ``mount`` does.
        """


class RailLine(abc.ABC):
    """The controller of a rail on a serial line that is not plugged in by USB."""

    @property
    @abc.abstractmethod
    def path(self) -> str:
        """The device to open, such as "/dev/pts/4". Raises DeviceNotFound while it is out."""


class Halting(abc.ABC):
    """What moves by itself, and has to stop when the bench's emergency stop is pressed."""

    @abc.abstractmethod
    def halt(self) -> None:
        """Have it stop now: from any thread, as often as wanted, and without waiting for it.

        Raises LinkLost, LinkTimeout: then it is not known whether it heard.
        """


class Stage(Device):
    """Brings a phone to places and along paths, in the vehicle's frame.

    What a stage carries is in the air around the vehicle, not in a reader's field.
    """

    @property
    @abc.abstractmethod
    def accuracy(self) -> Accuracy:
        """Of ``place`` and of ``Walk.where``."""

    @abc.abstractmethod
    def place(self, holder: KeyHolder, at: Point, carried: Carried = Carried.IN_HAND) -> None:
        """Bring it there and let it rest; returns when it does.

        Raises OutOfReach for what this stage cannot do, OperatorDeclined.
        """

    @abc.abstractmethod
    def walk(self, holder: KeyHolder, path: Path, carried: Carried = Carried.IN_HAND) -> Walk:
        """Place it at the first point and set out. Returns at once. Raises as ``place`` does."""

    @abc.abstractmethod
    def take_away(self, holder: KeyHolder) -> None:
        """Bring it out of range of everything. No effect when it is."""
