"""The ways of setting a key up: with both keys in the vehicle, or with a setup card.

A flow goes from one view to the next by what its owner presses. Where the vehicle or the server
does not let it go on, it stays and says why. Denying and declining stop it; nothing was made then.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from drivers.api.errors import ActionRefused
from drivers.api.maker_app import AppAction, AppState, AppView
from drivers.sim.phone_app.visit import AppVisit

_ACTIONS: dict[AppState, tuple[AppAction, ...]] = {
    AppState.INTRODUCTION: (AppAction.GET_STARTED,),
    AppState.INSERT_KEYS: (AppAction.CONTINUE,),
    AppState.ENTER_VEHICLE: (AppAction.CONTINUE,),
    AppState.CONFIRM_INSIDE: (AppAction.CONFIRM, AppAction.DECLINE),
    AppState.READY_TO_PAIR: (AppAction.START_PAIRING,),
    AppState.ASK_WALLET: (AppAction.ALLOW, AppAction.DENY),
    AppState.ADD_AS_CARD: (AppAction.ADD_CARD,),
}


def view_of(state: AppState, message: str = "") -> AppView:
    """A step of the set-up with what can be pressed there."""
    return AppView(state, _ACTIONS.get(state, ()), message=message)


@dataclass(frozen=True)
class Step:
    """What a press leads to: what is done on the way, and the view that is next."""

    then: AppState
    act: Callable[[AppVisit], None] = lambda _visit: None
    then_without_storage: AppState | None = None  # on phones that cannot store a key directly


def _both_keys_inside(visit: AppVisit) -> None:
    """Two fobs, or one and a card (DK-SETUP-05, AMB-14)."""
    inside = visit.inside()
    if not (_fobs(inside) >= 2 or (_fobs(inside) and _cards(inside))):
        raise ActionRefused("bring both keys, or a key and the card, into the vehicle")


def _fob_inside(visit: AppVisit) -> None:
    if not _fobs(visit.inside()):
        raise ActionRefused("enter the vehicle with the fob")


def _begin(visit: AppVisit) -> None:
    visit.open_pairing()
    visit.begin_pairing()


_STOPPED = Step(AppState.STOPPED)
_CONFIRMED = Step(AppState.ASK_WALLET)

WITH_KEYS: dict[tuple[AppState, AppAction], Step] = {
    (AppState.INTRODUCTION, AppAction.GET_STARTED): Step(AppState.INSERT_KEYS),
    (AppState.INSERT_KEYS, AppAction.CONTINUE): Step(AppState.READY_TO_PAIR, _both_keys_inside),
    (AppState.READY_TO_PAIR, AppAction.START_PAIRING): Step(
        AppState.ASK_WALLET, AppVisit.open_pairing
    ),
    (AppState.ASK_WALLET, AppAction.ALLOW): Step(AppState.PLACE_IN_TRAY, AppVisit.begin_pairing),
    (AppState.ASK_WALLET, AppAction.DENY): _STOPPED,
}

WITH_CARD: dict[tuple[AppState, AppAction], Step] = {
    (AppState.ENTER_VEHICLE, AppAction.CONTINUE): Step(AppState.CONFIRM_INSIDE, _fob_inside),
    (AppState.CONFIRM_INSIDE, AppAction.CONFIRM): _CONFIRMED,
    (AppState.CONFIRM_INSIDE, AppAction.DECLINE): _STOPPED,
    (AppState.ASK_WALLET, AppAction.ALLOW): Step(
        AppState.PLACE_IN_TRAY, _begin, then_without_storage=AppState.ADD_AS_CARD
    ),
    (AppState.ASK_WALLET, AppAction.DENY): _STOPPED,
    (AppState.ADD_AS_CARD, AppAction.ADD_CARD): Step(AppState.PLACE_IN_TRAY, _begin),
}

Way = dict[tuple[AppState, AppAction], Step]


class Flow:
    """One set-up under way, for one vehicle."""

    def __init__(self, way: Way, visit: AppVisit, begin: AppState, message: str = "") -> None:
        self.visit = visit
        self.view = view_of(begin, message)
        self._way = way

    def press(self, action: AppAction) -> AppView:
        """What is shown next. Raises ActionRefused for what is not shown."""
        step = self._way.get((self.view.state, action))
        if step is None:
            raise ActionRefused(f"the app shows no {action.value} here")
        without = step.then_without_storage
        if without is not None and not self.visit.stores_directly:
            self.view = view_of(without)
            return self.view
        try:
            step.act(self.visit)
        except ActionRefused as refusal:
            self.view = view_of(self.view.state, refusal.reason)
        else:
            self.view = view_of(step.then)
        return self.view

    def look(self) -> AppView:
        """What is shown now that some time has passed: in the tray, the key may be made."""
        if self.view.state is AppState.PLACE_IN_TRAY:
            if self.visit.has_new_key():
                self.view = view_of(AppState.DONE)
            elif not self.visit.still_waits():
                self.view = view_of(AppState.STOPPED, "pairing was given up; begin it anew")
        return self.view


def _fobs(inside: Sequence[str]) -> int:
    return sum(what.endswith("fob") for what in inside)


def _cards(inside: Sequence[str]) -> int:
    return sum(what.endswith("card") for what in inside)
