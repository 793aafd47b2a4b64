"""The vehicle maker's back end in a run: a fresh key server for each test that asks for one.

Vehicle and virtual phones are connected to it while the test runs. A real phone goes by its own
network to its maker's servers, of whose keys and shares this server hears nothing: on a bench with
one, no test of the life of a key is judged.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager

from drivers.api.backend import InternetUser
from drivers.api.device import Device
from drivers.api.phone import Phone, PhoneRack, SetupCard, Watch
from drivers.api.restorable import Restorable, restored
from rig.digital_key.secrets import Secret
from rig.key_server.contract import KeyServer
from rig.key_server.emulated.open import open_server
from rig.key_server.phone_side import internet_of
from rig.key_server.readings import Readings
from rig.key_server.vehicles import card_digest
from rig.measure.outcomes import Inconclusive
from rig.vehicle.car import Car


class BackEnd:
    """Opens key servers for a bench. ``readings`` are the plan's."""

    def __init__(self, devices: Mapping[str, Device], readings: Readings) -> None:
        self._devices = devices
        self._readings = readings

    @contextmanager
    def opened(self, car: Car) -> Iterator[KeyServer]:
        """A key server that knows the vehicle and its setup card, and nothing else yet.

        Virtual phones and watches are empty, as they come out of the box, and connected; when the
        block is over they are as they were before. Raises Inconclusive on a bench with a phone or
        watch that does not reach the server.
        """
        self._require_all_to_reach_it()
        with ExitStack() as stack:
            for device in self._devices.values():
                stack.enter_context(restored(device))
            server = open_server(None, car.clock, self._readings)
            stack.callback(server.close)
            stack.callback(self._connect, car, None)
            for device in self._devices.values():
                if isinstance(device, Restorable):
                    device.clear()
            server.vehicles.put(car.interior.record)
            for device in self._devices.values():
                if isinstance(device, SetupCard):
                    secret = Secret(device.qr_code.reveal().rpartition("/")[2].encode())
                    server.cards.register(car.keyring.identifier, card_digest(secret))
            self._connect(car, server)
            yield server

    def _require_all_to_reach_it(self) -> None:
        holders = (Phone, Watch, PhoneRack)
        real = [
            name
            for name, device in self._devices.items()
            if isinstance(device, holders) and not isinstance(device, InternetUser)
        ]
        if real:
            raise Inconclusive(
                f"the rig's key server is not the one that {', '.join(real)} of this bench talks to"
            )

    def _connect(self, car: Car, server: KeyServer | None) -> None:
        internet = None
        car.recorded = lambda _record: None
        if server is not None:
            internet = internet_of(
                server,
                inside=lambda _vehicle: car.cabin.found(),
                on_change=car.news,
                vehicle_key=lambda _vehicle: car.vehicle.key.public.point,
            )
            car.recorded = server.vehicles.put
        car.telematics.connect(server)
        for device in self._devices.values():
            if isinstance(device, InternetUser):
                device.connect(internet)
