"""The head unit's software: menus and pop-ups on the display, and a test's finger on it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

from drivers.api.errors import ActionRefused
from drivers.api.head_unit import HeadUnit, Screen
from drivers.api.secret_text import SecretText
from rig.key_server.software_status import SoftwareStatus
from rig.measure.outcomes import Inconclusive
from rig.vehicle.menu_actions import MenuActions, Waiting
from rig.vehicle.menu_views import NO, YES, Kind, MenuViews, View
from rig.vehicle.menus import Function, Menus, menus_of

_INTERRUPTIONS = 50  # by pop-ups, in one step: more of them leave no room for a finger


class HeadUnitSoftware:
    """Shows on a device what the vehicle has to say, and reacts to presses and typed text.

    Tests name functions and neutral answers; which items that means is the installed version's
    matter (AMB-06). What the vehicle refuses is shown on the display and raised as ActionRefused
    with the same text. Reader loops may bring pop-ups up while a test presses; a pop-up lies over
    what was there before. One test at a time presses.
    """

    def __init__(
        self, device: HeadUnit | None, software: SoftwareStatus, actions: MenuActions
    ) -> None:
        """Without a device the display works, and whatever needs a finger is Inconclusive."""
        self._device = device
        self._actions = actions
        self._lock = threading.Lock()  # of what is on the display; not held while anyone acts
        self._history: list[Screen] = []
        self.install(software)

    # --- the vehicle's side ------------------------------------------------------------------

    def install(self, software: SoftwareStatus) -> None:
        """Have the menus of this software, at the first screen."""
        self._views = MenuViews(menus_of(software), self._actions)
        self.reset()

    def reset(self) -> None:
        """The first screen, no pop-up, no history."""
        with self._lock:
            self._history.clear()
            self._popup: View | None = None
            self._base = self._views.home()
            self._show()

    def card_placed(self, card: str) -> None:
        """A service card that is switched off was placed in the tray: offer to activate it."""
        self._come_up(self._views.card_popup(card))

    def shared_key_inside(self, key: Waiting) -> None:
        """A shared key is inside that waits for its activation: offer it."""
        self._come_up(self._views.first_use_popup(key))

    def tray_emptied(self) -> None:
        """Take down the pop-up about what lay in the tray. No effect without one."""
        with self._lock:
            if self._popup is not None:
                self._popup = None
                self._show()

    def pairing_ended(self, text: str, *, refused: bool = False) -> None:
        """Say what a pairing came to."""
        entry = self.menus.entry(Function.ADD_KEY)
        kind = Kind.REFUSED if refused else Kind.DONE
        with self._lock:
            self._base = self._views.message(entry, text, kind)
            self._show()

    # --- what a test sees --------------------------------------------------------------------

    @property
    def menus(self) -> Menus:
        """The menus installed."""
        return self._views.menus

    @property
    def view(self) -> View:
        """What is on the display, with what it means."""
        with self._lock:
            return self._top

    @property
    def screen(self) -> Screen:
        """What is on the display."""
        return self.view.screen

    @property
    def history(self) -> tuple[Screen, ...]:
        """Every screen since the last reset, as evidence."""
        with self._lock:
            return tuple(self._history)

    @property
    def popup(self) -> Function | None:
        """What a pop-up offers; None without one."""
        with self._lock:
            return self._popup.function if self._popup else None

    # --- what a test does --------------------------------------------------------------------

    def press(self, item: str) -> View:
        """Press an item by what is written on it; what it leads to. Raises ActionRefused."""
        view = self.view
        self._finger().press(item)
        if item not in view.items:
            raise ActionRefused(f"{item!r} is not on the display any more", device=self._name)
        return self._react(view, view.items[item])

    def type_in(self, text: SecretText) -> View:
        """Type what is asked for; what it leads to. Raises ActionRefused."""
        view = self.view
        typed = self._finger().type_in(text)
        if view.typed is None:
            raise ActionRefused("nothing is asked for", device=self._name)
        entered = view.typed
        return self._react(view, lambda: entered(typed))

    def choose(self, subject: str) -> View:
        """Press what stands for a key, a profile or a scope. Raises ActionRefused."""
        return self.press(self._label(self.view, subject))

    def confirm(self) -> View:
        """Say yes to a question or a pop-up. Raises ActionRefused when none is asked."""
        return self.choose(YES)

    def cancel(self) -> View:
        """Say no, or leave an entry. Raises ActionRefused when there is nothing to leave."""
        return self.choose(NO)

    def follow(self, function: Function | str) -> View:
        """Walk the path to a function, item by item; what its last item leads to.

        Pop-ups on the way are dismissed. Raises ActionRefused, with what the display says.
        """
        return self._walk(self.menus.entry(Function(function)).path)

    def perform(self, function: Function | str, *choices: str) -> View:
        """As ``follow``; then make the choices, and confirm where this version asks."""
        view = self.follow(function)
        for choice in choices:
            view = self._step(self._label(view, choice))
        return self._step(view.labels[YES]) if view.kind is Kind.QUESTION else view

    def variant_shown(self) -> str:
        """The variant that the digital-key menu names, "digital_key" or "digital_key_plus".

        Raises ActionRefused where there is no such menu (DK-ELIG-02 to -04).
        """
        title = self._walk(self.menus.digital_key_menu).title
        return next(variant for variant, name in self.menus.variants.items() if name == title)

    # --- inside ------------------------------------------------------------------------------

    def _walk(self, path: tuple[str, ...]) -> View:
        view = self._step(self.menus.home)
        for item in self.menus.steps(path):
            view = self._step(item)
        return view

    def _step(self, item: str) -> View:
        """Press an item below whatever pops up; leave a question or an entry for it."""
        for _ in range(_INTERRUPTIONS):
            with self._lock:
                view, is_popup = self._top, self._popup is not None
            if item == self.menus.home and view.kind is Kind.MENU and view.title == item:
                return view
            leaves = NO in view.labels and (is_popup or item not in view.items)
            pressed = view.labels[NO] if leaves else item
            try:
                self._finger().press(pressed)
            except ActionRefused:
                if pressed not in view.items:
                    raise
                continue  # something popped up between the look and the finger
            if pressed in view.items:
                following = self._react(view, view.items[pressed])
                if not leaves:
                    return following
        raise ActionRefused(f"no way to {item}: one pop-up follows the other", device=self._name)

    def _label(self, view: View, subject: str) -> str:
        if subject not in view.labels:
            known = ", ".join(view.labels) or "nothing"
            raise ActionRefused(f"no {subject} to choose; there is {known}", device=self._name)
        return view.labels[subject]

    def _react(self, view: View, step: Callable[[], View | None]) -> View:
        try:
            following = step()
        except ActionRefused as exc:
            refused = ActionRefused(exc.reason, device=self._name)
            self._go_on(view, self._refusal(view, exc.reason))
            raise refused from exc
        return self._go_on(view, following)

    def _refusal(self, view: View, reason: str) -> View:
        """The reason on the screen; what was to be typed in can be typed in once more."""
        if view.typed is not None:
            return replace(view, kind=Kind.REFUSED, text=reason)
        back = {self.menus.home: self._views.home}
        function = view.function
        return View(kind=Kind.REFUSED, title=view.title, text=reason, items=back, function=function)

    def _go_on(self, view: View, following: View | None) -> View:
        """Show what follows ``view``, below a pop-up that has come up meanwhile."""
        with self._lock:
            if self._popup is view:
                self._popup = None
            self._base = following or self._base
            self._show()
            return self._base

    def _come_up(self, popup: View) -> None:
        with self._lock:
            self._popup = popup
            self._show()

    @property
    def _top(self) -> View:
        return self._popup or self._base

    def _show(self) -> None:
        screen = self._top.screen
        self._history.append(screen)
        if self._device is not None:
            self._device.show(screen)

    def _finger(self) -> HeadUnit:
        if self._device is None:
            raise Inconclusive("nobody on this bench can press the vehicle's display")
        return self._device

    @property
    def _name(self) -> str:
        return self._device.name if self._device else ""
