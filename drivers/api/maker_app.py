"""The vehicle maker's app on a phone, in neutral states, so that texts may differ (DK-UI-01)."""

from __future__ import annotations

import abc
from dataclasses import dataclass
from enum import StrEnum

from drivers.api.secret_text import SecretText


class Installed(StrEnum):
    """The app, and the wallet component it needs, on the phone."""

    MISSING = "missing"
    OUTDATED = "outdated"
    CURRENT = "current"


class AppState(StrEnum):
    """Where the app is. The set-up goes down this list, with some steps on some ways only."""

    MISSING = "not installed"
    UPDATE_NEEDED = "update needed"
    SIGNED_OUT = "signed out"
    NO_VEHICLE = "no vehicle in the account"
    VEHICLE = "page of the vehicle"
    INTRODUCTION = "set up your digital key"
    INSERT_KEYS = "bring both keys into the vehicle"
    ENTER_VEHICLE = "enter the vehicle with the fob"
    CONFIRM_INSIDE = "are you inside the vehicle"
    READY_TO_PAIR = "ready to pair"
    ASK_WALLET = "may the key be stored in the wallet"
    ADD_AS_CARD = "add the key as a payment card is added"
    PLACE_IN_TRAY = "place the phone in the tray"
    DONE = "key is ready"
    STOPPED = "stopped"


class AppAction(StrEnum):
    """What the owner may press; a view tells which of these it shows."""

    OPEN_TILE = "digital key tile"
    GET_STARTED = "get started"
    CONTINUE = "continue"
    CONFIRM = "confirm"
    DECLINE = "decline"
    START_PAIRING = "start pairing"
    ALLOW = "allow"
    DENY = "deny"
    ADD_CARD = "add card in the wallet"


@dataclass(frozen=True, slots=True)
class AppView:
    """What the app shows. ``message`` is why it does not go on, or what it asks for."""

    state: AppState
    actions: tuple[AppAction, ...] = ()
    tile: str = ""  # "digital_key", "digital_key_plus" or none, on the page of the vehicle
    message: str = ""


class MakerApp(abc.ABC):
    """The owner's hand on the maker's app. Each call returns what is shown then."""

    @abc.abstractmethod
    def install(self, installed: Installed) -> AppView:
        """Have the app missing, outdated or current."""

    @abc.abstractmethod
    def sign_in(self, account: str | None) -> AppView:
        """Sign in to an account, or out (None)."""

    @abc.abstractmethod
    def open(self, vehicle: bytes | None = None) -> AppView:
        """Open the app, at the page of this vehicle or of the only one.

        A set-up that is under way is shown where it is, as an app is that comes to the front.
        """

    @abc.abstractmethod
    def press(self, action: AppAction) -> AppView:
        """Press what is shown. Raises ActionRefused for an action that is not."""

    @abc.abstractmethod
    def kill(self) -> None:
        """Swipe the app away; a set-up under way ends there, and leaves no key."""

    @abc.abstractmethod
    def scan(self, code: SecretText) -> AppView:
        """Scan the QR code of a setup card with the camera."""
