"""A real phone that a person at the bench moves and handles: any make, no automation."""

from __future__ import annotations

from collections.abc import Mapping

from drivers.api.operator import Operator
from drivers.api.phone import Detail, Phone
from drivers.api.phone_controls import (
    KeyOptions,
    PhoneBattery,
    PhoneRadios,
    PhoneScreen,
    RemoteKey,
)
from drivers.api.sharing import Platform, SharingWallet
from drivers.api.wallet import Wallet
from drivers.phone.operator_app import OperatorApp
from drivers.phone.operator_controls import (
    OperatorBattery,
    OperatorOptions,
    OperatorRadios,
    OperatorScreen,
)
from drivers.phone.operator_hand import InHand
from drivers.phone.operator_remote import OperatorRemote
from drivers.phone.operator_wallet import OperatorSharing, OperatorWallet, VehicleNames
from drivers.phone.operator_words import WORDS


class OperatorPhone(InHand, Phone):
    """Everything is asked for, in the words of the platform.

    ``vehicles`` names vehicles by their identifiers in hexadecimal, as the person knows them:
    ``{"0102030405060708": "the MINI on the bench"}``. ``details`` are told in the report: system,
    wallet, app (versions), key_role, nfc_antenna (where it is). The person's time is not the
    phone's: the marks of a visit are the reader's, and what counts in ``Answer.waited_s`` counts
    nowhere else.
    """

    def __init__(  # noqa: PLR0913 - the options of a bench file
        self,
        operator: Operator,
        platform: Platform,
        model: str,
        serial: str = "",
        *,
        ultra_wideband: bool = False,
        vehicles: Mapping[str, str] | None = None,
        details: Mapping[Detail, str] | None = None,
    ) -> None:
        """Raises DeviceNotFound for an identifier that is not hexadecimal."""
        super().__init__(operator, model, serial, details)
        requests, words = self._requests, WORDS[platform]
        names = VehicleNames.read(vehicles or {})
        self.platform = platform
        self.ultra_wideband = ultra_wideband
        self.screen: PhoneScreen = OperatorScreen(requests)
        self.options: KeyOptions = OperatorOptions(requests, words)
        self.battery: PhoneBattery = OperatorBattery(requests, words.low_power)
        self.radios: PhoneRadios = OperatorRadios(requests)
        self.wallet: Wallet = OperatorWallet(requests, words, names)
        self.sharing: SharingWallet = OperatorSharing(requests, words, names)
        self.app = OperatorApp(requests, names)
        self.remote: RemoteKey = OperatorRemote(requests, words, names)
