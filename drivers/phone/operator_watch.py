"""A real smartwatch that a person at the bench wears."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from drivers.api.operator import Operator
from drivers.api.phone import Detail, Phone, Watch
from drivers.api.phone_controls import PhoneBattery
from drivers.api.sharing import Platform
from drivers.api.wallet import WalletKey
from drivers.phone.operator_controls import OperatorBattery
from drivers.phone.operator_hand import InHand
from drivers.phone.operator_wallet import OperatorWallet, VehicleNames
from drivers.phone.operator_words import WORDS

_PHONE_OF = {"apple_watch": Platform.IOS, "wear_os": Platform.PIXEL}  # whose words it has


class OperatorWatch(InHand, Watch):
    """Handled as ``OperatorPhone`` is; ``vehicles`` and ``details`` as there."""

    def __init__(
        self,
        operator: Operator,
        platform: Literal["apple_watch", "wear_os"],
        model: str,
        serial: str = "",
        vehicles: Mapping[str, str] | None = None,
        details: Mapping[Detail, str] | None = None,
    ) -> None:
        """Raises DeviceNotFound for an identifier that is not hexadecimal."""
        super().__init__(operator, model, serial, details)
        words = WORDS[_PHONE_OF[platform]]
        self.platform: str = platform
        self.battery: PhoneBattery = OperatorBattery(self._requests, words.low_power)
        self._vehicles = VehicleNames.read(vehicles or {})
        self._wallet = OperatorWallet(self._requests, words, self._vehicles)

    def offers(self, phone: Phone, vehicle: bytes) -> bool:
        return self._requests.is_so(
            f"{self._app(phone)}. Is adding the key of {self._vehicles.of(vehicle)} offered?"
        )

    def add(self, phone: Phone, vehicle: bytes) -> None:
        key = f"the key of {self._vehicles.of(vehicle)}"
        self._requests.do(f"{self._app(phone)}, add {key} and follow the prompts")

    def passes(self) -> tuple[WalletKey, ...]:
        return self._wallet.listed()

    def _app(self, phone: Phone) -> str:
        return f"open the {WORDS[phone.platform].watch_app} on {phone.name.replace('_', ' ')}"
