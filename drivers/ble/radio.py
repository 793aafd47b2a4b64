"""The vehicle's radio: a controller on any of Bumble's transports, or one of a virtual air.

Bumble is imported when a controller is opened, not before.
"""

from __future__ import annotations

import os
from collections.abc import Coroutine
from concurrent.futures import CancelledError
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from drivers.api.ble import Advert, Bond, HciAir, KeyService, RadioListener, VehicleRadio
from drivers.api.clock import SystemClock
from drivers.api.device import Finding, Identity
from drivers.api.errors import DriverError, DriverUnavailable, LinkLost
from drivers.api.event_loop import LoopThread
from drivers.api.packets import HCI, MaskMessage, PacketSink, PacketSource
from drivers.ble.tap import HciTap
from drivers.ble.vehicle import Teller, Vehicle, offerable, static_address

if TYPE_CHECKING:
    from drivers.ble.stack import Stack

T = TypeVar("T")
_OPEN_S = 30.0  # some USB controllers are given their firmware first
_DO_S = 10.0
_ADVICE = "pip install bumble"


class BumbleRadio(VehicleRadio, PacketSource):
    """``transport`` is a text name of Bumble's, such as "usb:0" or "serial:/dev/ttyACM0".

    ``address`` is the vehicle's static random identity, "C0:..." to "FF:..."; one is made up when
    none is given. Raises DeviceNotFound when no controller answers, DriverUnavailable when its
    transport needs what is not installed, ValueError for an address that is not static random.
    """

    packet_kind: ClassVar[str] = HCI

    def __init__(self, transport: str | HciAir, address: str = "") -> None:
        identity, named = static_address(address), isinstance(transport, str)
        self._where = transport
        clock = SystemClock() if isinstance(transport, str) else transport.clock
        tap = HciTap(clock.now_ns)
        self._loop = LoopThread(clock, "ble-radio", files=named)
        self._vehicle = Vehicle(self._loop, Teller(clock), identity, os.urandom(16), tap)
        self._stack: Stack | None = None
        self._closed = False
        try:
            self._open()
        except BaseException:
            self._loop.close()
            raise

    @property
    def address(self) -> str:
        return self._vehicle.address

    def serve(self, service: KeyService, listener: RadioListener) -> None:
        self._vehicle.service = offerable(service)
        self._vehicle.tell.listener = listener

    def advertise(self, advert: Advert | None) -> None:
        stack = self._held()
        if advert is not None and self._vehicle.service is None:
            raise DriverError("nothing is served yet", device=self.name)
        self._call(stack.advertise(advert), "advertising")

    def know(self, bonds: tuple[Bond, ...]) -> None:
        self._vehicle.bonds = bonds

    def record(self, sink: PacketSink, mask_message: MaskMessage) -> None:
        self._loop.post(partial(self._vehicle.tap.record, sink, mask_message))

    def recover(self) -> None:
        if self._closed:
            raise LinkLost("it is closed", device=self.name)
        if self._stack is None or not self._stack.up:
            self._open()

    def identity(self) -> Identity:
        return self._stack.identity() if self._stack else Identity()

    def self_test(self) -> tuple[Finding, ...]:
        try:
            self._call(self._held().ask(), "asking the controller")
        except DriverError as exc:
            return (Finding("answers HCI", ok=False, advice=str(exc)),)
        return (Finding("answers HCI", ok=True),)

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        self._vehicle.tell.listener = None
        try:
            if self._stack is not None:
                self._call(self._stack.shut(), "closing")
        except DriverError:
            return  # a controller that is gone is silent
        finally:
            self._loop.close()

    def _open(self) -> None:
        try:
            from drivers.ble.stack import Stack  # noqa: PLC0415 - missed only when it is opened
        except ImportError as exc:
            raise DriverUnavailable(
                f"Bumble cannot be imported ({exc}): pip install bumble"
            ) from exc
        self._stack = self._call(self._started(Stack), "opening", _OPEN_S)

    async def _started(self, make: type[Stack]) -> Stack:
        stack = make(self._vehicle, self._died)
        await stack.start(self._where)
        return stack

    def _died(self, why: DriverError) -> None:
        why.device = why.device or self.name
        self._vehicle.tell(lambda listener, t_ns: listener.failed(why, t_ns))

    def _held(self) -> Stack:
        stack = self._stack
        if self._closed or stack is None:
            raise LinkLost("it is closed", device=self.name)
        if not stack.up:
            raise LinkLost(f"the controller is gone: {stack.loss}", device=self.name)
        return stack

    def _call(self, work: Coroutine[Any, Any, T], doing: str, timeout_s: float = _DO_S) -> T:
        try:
            return self._loop.call(work, timeout_s, doing)
        except DriverError as exc:
            exc.device = exc.device or self.name
            raise
        except CancelledError as exc:  # the loop was closed meanwhile
            raise LinkLost(f"{doing}: it was closed", device=self.name) from exc
