"""The vehicle's radio: a controller on any of Bumble's transports, or one of a virtual air."""

from __future__ import annotations

import os
import re
from collections.abc import Coroutine
from typing import Any, TypeVar

from bumble.hci import Address

from drivers.api.ble import Advert, Bond, HciAir, KeyService, RadioListener, VehicleRadio
from drivers.api.clock import SystemClock
from drivers.api.device import Finding, Identity
from drivers.api.errors import DriverError, LinkLost
from drivers.api.event_loop import LoopThread
from drivers.ble.advertise import advertising_data
from drivers.ble.bonds import Bonds
from drivers.ble.errors import opening, ours
from drivers.ble.gatt import checked
from drivers.ble.link import Teller
from drivers.ble.stack import Stack, Vehicle
from drivers.ble.transport import silence

T = TypeVar("T")
_OPEN_S = 30.0  # some USB controllers are given their firmware first
_DO_S = 10.0
_ADDRESS = re.compile(r"[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){5}")


class BumbleRadio(VehicleRadio):
    """``transport`` is a text name of Bumble's, such as "usb:0" or "serial:/dev/ttyACM0".

    ``address`` is the vehicle's static random identity, "C4:..." to "FF:..."; one is made up when
    none is given. Raises DeviceNotFound when no controller answers, DriverUnavailable when its
    transport needs what is not installed, ValueError for an address that is not static random.
    """

    def __init__(self, transport: str | HciAir, address: str = "") -> None:
        identity = _static(address)
        silence()
        self._where = transport
        clock = SystemClock() if isinstance(transport, str) else transport.clock
        self._loop = LoopThread(clock, "ble-radio", files=isinstance(transport, str))
        self._vehicle = Vehicle(self._loop, Teller(clock), identity, os.urandom(16), Bonds())
        self._stack: Stack | None = None
        self._closed = False
        try:
            self._open()
        except BaseException:
            self._loop.close()
            raise

    @property
    def address(self) -> str:
        return str(self._vehicle.address.to_string(with_type_qualifier=False))

    def serve(self, service: KeyService, listener: RadioListener) -> None:
        self._vehicle.service = checked(service)
        self._vehicle.tell.listener = listener

    def advertise(self, advert: Advert | None) -> None:
        if advert is not None:
            advertising_data(advert)
            if self._vehicle.service is None:
                raise DriverError("nothing is served yet", device=self.name)
        stack = self._held()
        self._call(stack.advertiser.want(advert), "advertising")

    def know(self, bonds: tuple[Bond, ...]) -> None:
        self._vehicle.bonds.know(bonds)

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
        with opening(str(self._where) if isinstance(self._where, str) else "the virtual air"):
            self._stack = self._call(self._started(), "opening", _OPEN_S)

    async def _started(self) -> Stack:
        stack = Stack(self._vehicle, self._died)
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
        with ours(doing, device=self.name):
            return self._loop.call(work, timeout_s, doing)


def _static(address: str) -> Address:
    """The address, or a made-up one: 46 random bits below two that say static (Core 6 B 1.3.2)."""
    if not address:
        octets = bytearray(os.urandom(6))
        octets[0] |= 0xC0
        address = octets.hex(":").upper()
    if not _ADDRESS.fullmatch(address) or int(address[:2], 16) < 0xC0:
        raise ValueError(f"{address!r} is no static random address, C0:... to FF:...")
    return Address(address, Address.RANDOM_DEVICE_ADDRESS)
