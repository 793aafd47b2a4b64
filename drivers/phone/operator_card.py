"""Real cards that a person at the bench moves."""

from __future__ import annotations

from collections.abc import Mapping

from drivers.api.operator import Operator
from drivers.api.phone import Detail, KeyCard, SetupCard
from drivers.api.secret_text import SecretText
from drivers.phone.operator_hand import InHand


class OperatorKeyCard(InHand, KeyCard):
    """A key card. ``serial`` is printed on it; ``details`` as of ``OperatorPhone``."""

    def __init__(
        self,
        operator: Operator,
        serial: str = "",
        model: str = "key card",
        details: Mapping[Detail, str] | None = None,
    ) -> None:
        super().__init__(operator, model, serial, details)


class OperatorSetupCard(InHand, SetupCard):
    """A setup card; what its QR code says is asked once."""

    def __init__(self, operator: Operator, serial: str = "", model: str = "setup card") -> None:
        super().__init__(operator, model, serial)
        self._code: SecretText | None = None

    @property
    def qr_code(self) -> SecretText:
        if self._code is None:
            self._code = self._requests.secret("What does the QR code on its back read?")
        return self._code
