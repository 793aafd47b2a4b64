"""USB HID relay boards of the DCTTech family ("USBRelay8") as a relay and input board."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from drivers.api.device import Finding, Identity
from drivers.api.errors import DeviceNotFound, DriverError, FrameError, LinkLost
from drivers.api.relay import RelayBoard
from drivers.api.sensor import InputBoard
from drivers.api.usb import UsbHost
from drivers.relay.hid_usb import OFF, ON, BoardLink, Report, backend_of, find_board
from drivers.relay.read_back import check_channel, check_followed, finding_of

INPUTS = 16


class HidRelayBoard(RelayBoard, InputBoard):
    """One board, found by its own serial. Safe to use from several threads.

    Raises DriverUnavailable without libusb, and DeviceNotFound unless exactly one board has the
    serial. In use, an unplugged board is LinkLost until it is plugged in again; the next call then
    finds it by its serial, at whatever address it has now. Inputs exist on our virtual board only.
    """

    def __init__(self, serial: str, usb: UsbHost | None = None, timeout_s: float = 1.0) -> None:
        self._search = (serial, backend_of(usb), timeout_s)
        link = find_board(*self._search)
        try:
            self._identity = link.identity(serial)
            self._channels = _channels(self._identity.model, serial)
        except DriverError:
            link.release()
            raise
        self._link: BoardLink | None = link
        self._closed = False
        self._lock = threading.Lock()

    @property
    def channels(self) -> int:
        return self._channels

    def set(self, channel: int, *, on: bool) -> None:
        """Energise or release one relay and see that the board says so too.

        Raises DeviceNotFound for a channel it does not have, DriverError when the relay reads
        back otherwise, LinkLost or LinkTimeout when the board does not answer.
        """
        check_channel(channel, self._channels, self._who)
        with self._lock, self._dropped_when_lost():
            self._held().write(ON if on else OFF, channel, self._who)
            states = self._states()
        check_followed(states, channel, self._who, on=on)

    def states(self) -> tuple[bool, ...]:
        with self._lock, self._dropped_when_lost():
            return self._states()

    def inputs(self) -> tuple[bool, ...]:
        with self._lock, self._dropped_when_lost():
            inputs = self._read().inputs
        return tuple(bool(inputs >> bit & 1) for bit in range(INPUTS))

    def identity(self) -> Identity:
        return self._identity

    def self_test(self) -> tuple[Finding, ...]:
        return (finding_of(self),)

    def close(self) -> None:
        """Give the board back to the kernel, its relays as they are."""
        with self._lock:
            self._closed = True
            self._drop()

    @property
    def _who(self) -> str:
        return self.name or self._identity.serial

    def _held(self) -> BoardLink:
        if self._closed:
            raise LinkLost("it is closed", device=self._who)
        if self._link is None:
            try:
                self._link = find_board(*self._search)
            except DeviceNotFound as exc:
                raise LinkLost(f"not back since it was lost: {exc}", device=self._who) from exc
        return self._link

    @contextmanager
    def _dropped_when_lost(self) -> Iterator[None]:
        """Let go of a board that was unplugged, so that the next call looks for it again."""
        try:
            yield
        except LinkLost:
            self._drop()
            raise

    def _drop(self) -> None:
        link, self._link = self._link, None
        if link is not None:
            link.release()

    def _states(self) -> tuple[bool, ...]:
        relays = self._read().relays
        return tuple(bool(relays >> bit & 1) for bit in range(self._channels))

    def _read(self) -> Report:
        report = self._held().read(self._who)
        if report.serial != self._identity.serial:
            raise FrameError(f"it answers as {report.serial!r}", device=self._who)
        return report


def _channels(product: str, serial: str) -> int:
    found = re.fullmatch(r"USBRelay([1-8])", product)
    if found is None:
        raise DriverError(f"{product!r} does not tell how many relays it has", device=serial)
    return int(found[1])
