"""Driver errors.

* DriverError
  * DriverUnavailable - a library or system package this driver needs is not installed
  * DeviceNotFound - nothing answers at the configured address
  * LinkLost - the device answered before, and now it is gone
    * CardLost - the reader works; the card or phone left its field
  * LinkTimeout - no answer within the deadline
    * ReaderSilent - it is the reader itself that does not answer, not the card
  * FrameError - bytes came back that break the framing
  * DeviceRefused - a well-formed refusal; carries the device's code
  * ActionRefused - the device's own interface, or the server behind it, says no; says why
  * OutOfReach - whoever moves things on the bench cannot bring it there, or not like that
  * RangingEnded - the radio ended a ranging session by itself; carries its reason
  * OperatorDeclined - the person at the bench says that it cannot be done
    * OperatorAbsent - nobody is there to say anything: no terminal, or no answer in time

``CardLost`` stands apart because it is usually somebody's hand, while every other ``LinkLost``
is a broken bench; of ``LinkTimeout`` it is ``ReaderSilent`` that is one. An error knows the name
its device has on the bench once the device has one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager


class DriverError(Exception):
    """Base of everything a driver raises.

    ``device`` is the name on the bench, or what the driver knows it by ("" when unknown).
    """

    def __init__(self, message: str, *, device: str = "") -> None:
        super().__init__(message)
        self.device = device

    def __str__(self) -> str:
        message = super().__str__()
        return f"{self.device}: {message}" if self.device else message


class DriverUnavailable(DriverError):
    """Something this driver needs is not installed; the message says what to install."""


class DeviceNotFound(DriverError):
    """Nothing answers at the configured address."""


class LinkLost(DriverError):
    """The device answered before and is gone now."""


class CardLost(LinkLost):
    """The reader still works, but the card or phone has left its field."""


class LinkTimeout(DriverError):
    """No answer came within the deadline."""


class ReaderSilent(LinkTimeout):
    """The reader itself does not answer any more: it hangs, and says nothing of the card."""


class FrameError(DriverError):
    """The bytes received break the framing."""


class DeviceRefused(DriverError):
    """The device understood and said no."""

    def __init__(self, code: int, doing: str, *, device: str = "") -> None:
        super().__init__(f"{doing}: refused with 0x{code:02X}", device=device)
        self.code = code


class RangingEnded(DriverError):
    """A UWB radio ended a ranging session that nobody stopped; ``reason`` is its own code."""

    def __init__(self, message: str, reason: int, *, device: str = "") -> None:
        super().__init__(message, device=device)
        self.reason = reason


class ActionRefused(DriverError):
    """A phone, app, wallet or head unit does not do what its holder asked for.

    ``reason`` is what its interface says; a test that expects a refusal catches this.
    """

    def __init__(self, reason: str, *, device: str = "") -> None:
        super().__init__(reason, device=device)
        self.reason = reason


class OutOfReach(DriverError):
    """A stage cannot do it: nothing is said about the phone by that."""


class OperatorDeclined(DriverError):
    """The person at the bench says that it cannot be done; the message is their reason."""


class OperatorAbsent(OperatorDeclined):
    """Nobody can be asked, or nobody answered within the deadline: nothing is known by that."""


ErrorTable = Mapping[type[Exception], type[DriverError]]


@contextmanager
def translated(table: ErrorTable, doing: str, *, device: str = "") -> Iterator[None]:
    """Turn a library's exceptions into ours; the closest match wins, the original is the cause."""
    try:
        yield
    except tuple(table) as exc:
        kind = next(table[cls] for cls in type(exc).__mro__ if cls in table)
        raise kind(f"{doing}: {exc}", device=device) from exc
