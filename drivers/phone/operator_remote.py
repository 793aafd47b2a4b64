"""The buttons beside a key on a phone in somebody's hands."""

from __future__ import annotations

from drivers.api.phone_controls import RemoteFunction, RemoteKey
from drivers.phone.operator_requests import Requests
from drivers.phone.operator_wallet import VehicleNames
from drivers.phone.operator_words import PlatformWords


class OperatorRemote(RemoteKey):
    """The person presses, and says what the phone shows in the end."""

    def __init__(self, requests: Requests, words: PlatformWords, vehicles: VehicleNames) -> None:
        self._requests, self._vehicles = requests, vehicles
        self._wallet = words.wallet

    def offered(self, vehicle: bytes) -> tuple[RemoteFunction, ...]:
        name = self._vehicles.of(vehicle)
        question = f"Which remote functions does {self._wallet} offer for {name} now?"
        return self._requests.some_of(question, RemoteFunction)

    def ask(self, vehicle: bytes, function: RemoteFunction) -> None:
        self._requests.do(
            f"in {self._wallet}, press what means {str(function)!r} for "
            f"{self._vehicles.of(vehicle)}, authenticate if it asks, and wait for what it shows"
        )
