"""The vehicle among others: what it shares with key server and calendar, and its equipment."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

from drivers.api.clock import MovableClock
from rig.key_server.errors import KeyServerError
from rig.key_server.vehicles import Artefact, VehicleRecord
from rig.measure.outcomes import Inconclusive
from rig.vehicle.described import VehicleDescription
from rig.vehicle.running import RECOVERY_S, RunningVehicle


class ConnectedVehicle(RunningVehicle):
    """A running vehicle with a line to its key server, if there is one (``telematics``)."""

    #: Who is told of a changed vehicle record: the key server's records, while one is connected.
    recorded: Callable[[VehicleRecord], None] = staticmethod(lambda _record: None)

    def play(self, description: VehicleDescription) -> None:
        """Be this vehicle of the bench from the next reset on: same identity, other equipment."""
        self._description = description

    def as_delivered(self) -> None:
        """The state every test begins with, before the vehicle met any key.

        A service card that came with it is known, and switched off.
        """
        self.reset()
        has_card = Artefact.SERVICE_CARD in self.interior.record.delivered
        self.keyring.restore(self.keyring.as_delivered(with_cards=has_card))

    def let_pass(self, by: timedelta) -> None:
        """Let this much time pass on the bench's calendar.

        Raises Inconclusive on a bench whose clock cannot be moved.
        """
        if not isinstance(self.clock, MovableClock):
            raise Inconclusive(f"this bench cannot let {by} pass: its clock is a real one")
        self.clock.advance(by)

    def news(self) -> None:
        """The key server has news, and pushes.

        What a hand does at a phone is over when the vehicle has heard of it; a device that does
        something in the middle of a visit waits for nobody. Raises what ``settle`` does.
        """
        self._sync.request()
        if threading.current_thread() is threading.main_thread():
            self.settle()

    def settle(self) -> None:
        """Wait until the key server was told what happened, and its answer taken in.

        Raises Inconclusive when it does not answer in time, or says no, and the bench's or the
        rig's own error when that kept them from each other.
        """
        if not self._sync.settle(RECOVERY_S):
            raise Inconclusive(f"the key server did not answer within {RECOVERY_S:g} s")
        fault = self._sync.fault
        if isinstance(fault, KeyServerError):
            raise Inconclusive(f"key server: {fault}") from fault
        if fault is not None:
            raise fault

    def reconcile(self) -> None:
        """Tell the key server what is untold and take in its answer, now.

        Raises KeyServerError; Inconclusive for a vehicle without a line to it.
        """
        if self.telematics.sync() is None:
            raise Inconclusive("the vehicle is offline")

    @contextmanager
    def recoded(self, **equipment: Any) -> Iterator[None]:
        """The same vehicle with other equipment or software; its maker's record says so too."""
        before = self.interior.record
        self._code(replace(before, **equipment))
        try:
            yield
        finally:
            self._code(before)

    def _code(self, record: VehicleRecord) -> None:
        self.interior.code(record)
        self.recorded(record)
