"""The vehicle maker's app on a phone in somebody's hands."""

from __future__ import annotations

from drivers.api.maker_app import AppAction, AppState, AppView, Installed, MakerApp
from drivers.api.secret_text import SecretText
from drivers.phone.operator_requests import Requests
from drivers.phone.operator_wallet import VehicleNames

_DEEDS = {
    Installed.MISSING: "uninstall the app of the vehicle's maker",
    Installed.OUTDATED: "install an outdated version of the app of the vehicle's maker",
    Installed.CURRENT: "install the current version of the app of the vehicle's maker",
}
_TILES = {"no tile": "", "Digital Key": "digital_key", "Digital Key Plus": "digital_key_plus"}


class OperatorApp(MakerApp):
    """After each step the person says what is shown, in neutral words."""

    def __init__(self, requests: Requests, vehicles: VehicleNames) -> None:
        self._requests = requests
        self._vehicles = vehicles
        self._view = AppView(AppState.MISSING)

    def install(self, installed: Installed) -> AppView:
        return self._after(_DEEDS[installed])

    def sign_in(self, account: str | None) -> AppView:
        if account is None:
            return self._after("sign out of the app")
        return self._after(f"sign in to the app as {account}")

    def open(self, vehicle: bytes | None = None) -> AppView:
        page = "" if vehicle is None else f" at the page of {self._vehicles.of(vehicle)}"
        return self._after(f"open the app{page}")

    def press(self, action: AppAction) -> AppView:
        if action not in self._view.actions:
            raise self._requests.refusal(f"the app does not show {str(action)!r}")
        return self._after(f"press what means: {action}")

    def kill(self) -> None:
        self._requests.do("swipe the app away")

    def scan(self, code: SecretText) -> AppView:
        return self._after("scan the QR code of the setup card; it should read as follows", code)

    def _after(self, step: str, secret: SecretText | None = None) -> AppView:
        self._requests.do(step, secret)
        state = AppState(self._requests.one_of("What does the app show?", AppState))
        actions = self._requests.some_of("What can be pressed?", AppAction)
        tile = ""
        if state is AppState.VEHICLE:
            tile = _TILES[self._requests.one_of("Which tile is on the page?", _TILES)]
        message = self._requests.text("Does it give a reason or ask for something? In its words.")
        self._view = AppView(state, actions, tile, message)
        return self._view
