"""One thread per reader: waits for a device, has it served, waits until it is gone."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Protocol

from drivers.api.errors import DriverError
from drivers.api.nfc import CardLink, NfcReader, PollingReader
from rig.digital_key.wire import Transceive
from rig.vehicle.errors import VehicleError
from rig.vehicle.line import LayeredLine, Line
from rig.vehicle.visit import Visit, bench_error

_STEP_S = 0.25  # how long one wait lasts, and so how fast the loop can be stopped
_LOOK_S = 0.05  # the same while a device may be there: how soon it is served again, or missed
_PAUSE_S = 0.1  # before a broken reader is tried again

Layer = Callable[[Transceive], Transceive]


class Watcher(Protocol):
    """Who wants to know of visits; called from the loop's thread."""

    def ended(self, visit: Visit) -> None: ...
    def left(self, place: str) -> None:
        """The device that was served last is gone from the field."""
        ...


class ReaderLoop:
    """Serves one reader.

    ``fault`` is what keeps it from working now, or None; ``failures`` counts how often something
    has, so that a wait that saw nothing can tell whether it could have.
    """

    def __init__(
        self,
        place: str,
        reader: NfcReader,
        serve: Callable[[Visit, Line], None],
        watcher: Watcher,
    ) -> None:
        self.place = place
        self.fault: DriverError | VehicleError | None = None
        self.last_fault: DriverError | VehicleError | None = None
        self.failures = 0
        self.between: Layer | None = None  # somebody between vehicle and device: an attack
        self._reader = reader
        self._serve = serve
        self._watcher = watcher
        self._occupied = False
        self._again = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"reader {place}", daemon=True)

    @property
    def idle(self) -> bool:
        """Whether the reader works and its field is empty, as far as the loop has seen."""
        return self.fault is None and not self._occupied

    @property
    def sightings(self) -> str:
        """What came of its polling since the last device; "" where the reader does not tell."""
        reader = self._reader
        return f"{self.place} {reader.sightings()}" if isinstance(reader, PollingReader) else ""

    def serve_again(self) -> None:
        """Serve the device in the field once more, if there is one; returns at once.

        What the vehicle wants of it has changed: it pairs now, or a key was activated.
        """
        self._again.set()

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """End the loop and wait for its thread, which may sit in a mute device's deadline."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._once()
                self.fault = None
            except Exception as exc:  # noqa: BLE001 - whatever it is, the loop must not die unseen
                self.fault = self.last_fault = bench_error(exc, f"reader {self.place}")
                self.failures += 1
                self._stopping.wait(_PAUSE_S)

    def _once(self) -> None:
        if self._occupied and not self._again.is_set():
            # The last device may still be there, even across a reader's failure.
            self._await_removal()
            return
        link = self._reader.wait_for_card(_LOOK_S if self._occupied else _STEP_S)
        self._again.clear()  # asked for before this visit, it is this visit
        if link is None:
            return
        self._occupied = True
        try:
            self._visit(link)
        finally:
            link.close()

    def _visit(self, link: CardLink) -> None:
        visit = Visit(self.place, self._reader.name or self.place)
        visit.timeline.mark("presence", link.target.seen_ns)
        if link.target.calls:
            visit.note_calls(link.target)
        line: Line = link
        if self.between is not None:
            visit.interfered = True
            line = LayeredLine(self.between(link.transceive), link)
        try:
            self._serve(visit, line)
        except Exception as exc:  # noqa: BLE001 - whatever it is, the visit carries it to the test
            visit.end_with(exc)
        finally:
            self._watcher.ended(visit)

    def _await_removal(self) -> None:
        """Wait one step.

        A reader that fails has lost sight of the device: it counts as gone for authorisation, but
        is not served again before it was seen to leave.
        """
        try:
            gone = self._reader.wait_for_removal(_LOOK_S)
        except DriverError:
            self._watcher.left(self.place)
            raise
        if gone:
            self._watcher.left(self.place)
            self._occupied = False
