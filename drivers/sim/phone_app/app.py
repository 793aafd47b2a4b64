"""The vehicle maker's app on a virtual phone."""

from __future__ import annotations

from collections.abc import Callable

from drivers.api.backend import VehiclePage
from drivers.api.errors import ActionRefused
from drivers.api.maker_app import AppAction, AppState, AppView, Installed, MakerApp
from drivers.api.secret_text import SecretText
from drivers.sim.phone_app.flow import WITH_CARD, WITH_KEYS, Flow
from drivers.sim.phone_app.visit import AppVisit
from drivers.sim.phone_wallet.handset import Handset
from drivers.sim.phone_wallet.wallet import VirtualWallet
from drivers.sim.setup_link import card_secret

_TILES = ("digital_key_plus", "digital_key")
_HOLD_CARD = "hold the setup card to the phone's back, or scan the code on it"


class VirtualApp(MakerApp):
    """Pages of the account's vehicles, and at most one set-up at a time.

    ``sought`` tells whether the phone lies in a tray whose vehicle looks for something to pair
    with: then opening the app is all its owner has to do (DK-ACT-06).
    """

    def __init__(self, handset: Handset, wallet: VirtualWallet, sought: Callable[[], bool]) -> None:
        self.account: str | None = None
        self._handset = handset
        self._wallet = wallet
        self._sought = sought
        self._flow: Flow | None = None
        self._view = AppView(AppState.SIGNED_OUT)
        self._page: VehiclePage | None = None

    def install(self, installed: Installed) -> AppView:
        self.kill()
        self._handset.software.installed = installed
        return self._home()

    def sign_in(self, account: str | None) -> AppView:
        self.kill()
        self.account = account
        return self._home()

    def open(self, vehicle: bytes | None = None) -> AppView:
        self._handset.line.require_running()
        flow = self._flow
        if flow is not None and vehicle in (None, flow.visit.vehicle):
            return self._show(self._after(flow))
        self.kill()
        return self._show(self._closed_door() or self._pair_or_show(self._find_page(vehicle)))

    def press(self, action: AppAction) -> AppView:
        self._handset.line.require_running()
        if action not in self._view.actions:
            raise ActionRefused(f"the app shows no {action.value} here")
        if self._flow is None and self._page is not None:
            self._flow = self._begin_with_keys(self._page)
            return self._show(self._flow.view)
        if self._flow is None:
            raise ActionRefused(f"the app shows no {action.value} here")
        self._flow.press(action)
        return self._show(self._after(self._flow))

    def kill(self) -> None:
        if self._flow is not None:
            self._flow.visit.give_up()
        self._flow = None
        self._view = AppView(AppState.VEHICLE)

    def scan(self, code: SecretText) -> AppView:
        self._handset.line.require_running()
        return self.open_card(code)

    def open_card(self, link: SecretText) -> AppView:
        """A setup card's link was read, from its chip or by the camera."""
        self.kill()
        if (closed := self._closed_door()) is not None:
            return self._show(closed)
        try:
            return self._show(self._begin_with_card(card_secret(link)))
        except ActionRefused as refusal:
            return self._show(AppView(AppState.NO_VEHICLE, message=refusal.reason))

    def _closed_door(self) -> AppView | None:
        """What is shown instead of any page while the app cannot be used."""
        if self._handset.software.installed is Installed.MISSING:
            return AppView(AppState.MISSING, message="install the app")
        if self._handset.software.installed is Installed.OUTDATED:
            return AppView(AppState.UPDATE_NEEDED, message="update the app")
        if self.account is None:
            return AppView(AppState.SIGNED_OUT, message="sign in")
        return None

    def _home(self) -> AppView:
        """What stands there after the app or the account was changed."""
        self._handset.line.require_running()
        try:
            return self._show(self._closed_door() or self._view_of(self._find_page(None)))
        except ActionRefused as refusal:  # no connection, or no one page
            return self._show(AppView(AppState.VEHICLE, message=refusal.reason))

    def _find_page(self, vehicle: bytes | None) -> VehiclePage | None:
        pages = self._pages()
        if vehicle is None and len(pages) > 1:
            raise ActionRefused("which vehicle? the account has several")
        return next((p for p in pages if vehicle in (None, p.vehicle)), None)

    def _view_of(self, page: VehiclePage | None) -> AppView:
        self._page = page
        if page is None:
            return AppView(AppState.NO_VEHICLE, message="add the vehicle to the account")
        tile = _tile(page)
        actions = (AppAction.OPEN_TILE,) if tile else ()
        return AppView(AppState.VEHICLE, actions, tile, "" if tile else _why_not(page))

    def _pair_or_show(self, page: VehiclePage | None) -> AppView:
        if page is None or not _tile(page) or not self._sought():
            return self._view_of(page)
        if self._wallet.entries.find(page.vehicle) is not None:
            return self._view_of(page)
        return self._pair_at_once(page)

    def _pair_at_once(self, page: VehiclePage) -> AppView:
        self._flow = Flow(WITH_KEYS, self._visit(page.vehicle), AppState.READY_TO_PAIR)
        self._flow.press(AppAction.START_PAIRING)
        if self._flow.view.state is AppState.ASK_WALLET:  # opening the app is the consent
            self._flow.press(AppAction.ALLOW)
        return self._flow.view

    def _begin_with_keys(self, page: VehiclePage) -> Flow:
        """The tile was pressed."""
        message = _HOLD_CARD if "setup_card" in page.offered else ""
        return Flow(WITH_KEYS, self._visit(page.vehicle), AppState.INTRODUCTION, message)

    def _begin_with_card(self, card: SecretText) -> AppView:
        internet = self._handset.line.reach()
        vehicle = internet.app.card_vehicle(self.account or "", card)
        page = next((p for p in self._pages() if p.vehicle == vehicle), None)
        if page is None:
            raise ActionRefused("the setup card's vehicle is not in this account")
        if "setup_card" not in page.offered or not _tile(page):
            raise ActionRefused(page.refused.get("setup_card") or _why_not(page))
        self._flow = Flow(WITH_CARD, self._visit(vehicle), AppState.ENTER_VEHICLE)
        return self._flow.view

    def _pages(self) -> tuple[VehiclePage, ...]:
        internet = self._handset.line.reach()
        return internet.app.pages(self.account or "", self._handset.facts)

    def _visit(self, vehicle: bytes) -> AppVisit:
        return AppVisit(self._handset, self._wallet, self.account or "", vehicle)

    def _after(self, flow: Flow) -> AppView:
        """The flow's view; one that has come to its end is not shown again."""
        view = flow.look()
        if view.state is AppState.STOPPED:
            self.kill()
        elif view.state is AppState.DONE:
            self._flow = None
        return view

    def _show(self, view: AppView) -> AppView:
        self._view = view
        return view


def _tile(page: VehiclePage) -> str:
    """The tile on a vehicle's page; the larger product where both are offered."""
    return next((tile for tile in _TILES if tile in page.offered), "")


def _why_not(page: VehiclePage) -> str:
    """The reasons for there being no tile."""
    reasons = [page.refused[tile] for tile in _TILES if tile in page.refused]
    return "; ".join(dict.fromkeys(reasons)) or "this vehicle has no digital key"
