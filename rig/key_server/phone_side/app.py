"""What the maker's app asks: vehicles of an account, setup cards, the start of a pairing."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from drivers.api.backend import AppBackend, PhoneFacts, Ticket, VehiclePage
from drivers.api.errors import ActionRefused
from drivers.api.secret_text import SecretText
from rig.digital_key.secrets import Secret
from rig.key_server.availability import SupportedPhones, availability
from rig.key_server.contract import KeyServer
from rig.key_server.eligibility import Feature
from rig.key_server.pairing import Pairing
from rig.key_server.phone_side.refusals import in_words


class App(AppBackend):
    """An account is named by its identifier."""

    def __init__(
        self,
        server: KeyServer,
        inside: Callable[[bytes], tuple[str, ...]],
        on_change: Callable[[], None],
        matrix: Sequence[SupportedPhones],
    ) -> None:
        self._server = server
        self._inside = inside
        self._on_change = on_change
        self._matrix = matrix

    def pages(self, account: str, phone: PhoneFacts) -> tuple[VehiclePage, ...]:
        """A phone that is not supported is offered nothing, with the reason for each feature."""
        with in_words():
            vehicles = self._server.accounts.vehicles(account)
            return tuple(self._page(vehicle, phone) for vehicle in vehicles)

    def _page(self, vehicle: bytes, phone: PhoneFacts) -> VehiclePage:
        found = availability(phone, self._matrix)
        refused = {}
        for feature in Feature:
            decision = self._server.vehicles.decide(vehicle, feature)
            if not decision.offered:
                refused[feature.value] = decision.explanation
            elif not found.offered:
                refused[feature.value] = found.explanation
        offered = frozenset(feature.value for feature in Feature) - refused.keys()
        name = self._server.vehicles.record(vehicle).model
        return VehiclePage(vehicle, name, offered, refused)

    def card_vehicle(self, account: str, card: SecretText) -> bytes:
        with in_words():
            vehicle = self._server.cards.find(Secret(card.reveal().encode()))
            if vehicle not in self._server.accounts.vehicles(account):
                raise ActionRefused("the vehicle of this card is not in the account")
            return vehicle

    def inside(self, vehicle: bytes) -> tuple[str, ...]:
        return self._inside(vehicle)

    def start_pairing(self, account: str, vehicle: bytes) -> Ticket:
        with in_words():
            pairing = self._server.tokens.start_in_app(account, vehicle)
        self._on_change()
        return ticket_of(pairing)


def ticket_of(pairing: Pairing) -> Ticket:
    """The phone's half of an open pairing."""
    password = SecretText(pairing.password.decode())
    return Ticket(pairing.pairing_id, pairing.vehicle_id, password)
