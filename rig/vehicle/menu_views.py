"""What the head unit shows, step by step: views, each with what its items lead to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial

from drivers.api.errors import ActionRefused
from drivers.api.head_unit import Screen
from drivers.api.secret_text import SecretText
from rig.vehicle.body import UnlockScope
from rig.vehicle.key_removal import ListedKey
from rig.vehicle.menu_actions import MenuActions, Waiting
from rig.vehicle.menus import Function, MenuEntry, Menus

YES, NO = "yes", "no"
"""How tests name the two answers to a question, whatever they are called on the screen."""


class Kind(StrEnum):
    """What a view is, in neutral words (DK-UI-01)."""

    MENU = "menu"
    CHOICE = "choice"
    QUESTION = "question"
    ENTRY = "entry"
    LIST = "list"
    WAITING = "waiting"  # for a phone in the tray
    DONE = "done"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What is on the display.

    ``items`` leads from what can be pressed to what follows (None: what was there before);
    ``labels`` from neutral names (keys, profiles, scopes, ``YES`` and ``NO``) to the items.
    """

    kind: Kind
    title: str
    text: str = ""
    items: Mapping[str, Callable[[], View | None]] = field(repr=False)
    labels: Mapping[str, str] = field(default_factory=dict)
    asks: str = ""
    typed: Callable[[SecretText], View] | None = field(default=None, repr=False)
    keys: tuple[ListedKey, ...] = ()  # those that a list shows
    function: Function | None = None  # what it belongs to

    @property
    def screen(self) -> Screen:
        """As the display has it."""
        return Screen(self.title, tuple(self.items), self.text, self.asks)


class MenuViews:
    """Builds the views of one version of the menus on the vehicle's actions."""

    def __init__(self, menus: Menus, actions: MenuActions) -> None:
        self.menus = menus
        self._actions = act = actions
        self._effects: Mapping[Function, Callable[[], str]] = {
            Function.ACTIVATE_CARD: lambda: f"{act.card.activate()}: active",
            Function.DEACTIVATE_CARD: lambda: f"{act.card.deactivate()}: not active",
            Function.VALET_ON: lambda: _said(act.valet.turn_on, "valet mode is on"),
            Function.VALET_OFF: lambda: _said(act.valet.turn_off, "valet mode is off"),
        }
        self._starts: Mapping[Function, Callable[[MenuEntry], View]] = {
            Function.ADD_KEY: self._add_key,
            Function.DELETE_KEY: self._deletion,
            Function.ACTIVATE_SHARED_KEY: self._first_use,
            Function.LIST_KEYS: self._list,
            Function.LINK_PROFILE: self._linking,
            Function.UNLOCK_SCOPE: self._scopes,
        }

    # --- menus -------------------------------------------------------------------------------

    def home(self) -> View:
        """The first screen."""
        return self.menu(())

    def menu(self, above: tuple[str, ...]) -> View:
        """The menu that these items lead to, from the first screen on."""
        depth = len(above)
        items: dict[str, Callable[[], View | None]] = {}
        for entry in self.menus.entries:
            steps = self.menus.steps(entry.path)
            if steps[:depth] != above or not self._has(entry):
                continue
            item = steps[depth]
            is_last = len(steps) == depth + 1
            items[item] = (
                partial(self.begin, entry) if is_last else partial(self.menu, (*above, item))
            )
        if above:
            items[self.menus.home] = self.home
        return View(kind=Kind.MENU, title=self._title(above), items=items)

    def _has(self, entry: MenuEntry) -> bool:
        return bool(self._actions.variant()) or not entry.digital_key

    def _title(self, above: tuple[str, ...]) -> str:
        if above and above == self.menus.steps(self.menus.digital_key_menu):
            return self.menus.variants[self._actions.variant()]
        return above[-1] if above else self.menus.home

    # --- the last screens of the paths -------------------------------------------------------

    def begin(self, entry: MenuEntry) -> View:
        """What the last item of a function's path leads to. Raises ActionRefused."""
        if effect := self._effects.get(entry.function):
            return self._asked(entry, effect)
        return self._starts[entry.function](entry)

    def activate(self, entry: MenuEntry, key: Waiting) -> View:
        """A shared key's activation: by its code where it has one."""

        def activated(code: SecretText | None) -> View:
            self._actions.first_use.activate(key.name, code)
            return self.message(entry, f"{key.name}: all functions are enabled")

        if key.code:
            return self._entry(entry, "activation code", activated, lambda: None)
        if entry.confirm:
            return self._question(entry, key.name, lambda: activated(None))
        return activated(None)

    def message(self, entry: MenuEntry, text: str, kind: Kind = Kind.DONE, title: str = "") -> View:
        """Something to read, and the way back."""
        return View(
            kind=kind,
            title=title or entry.path[-1],
            text=text,
            items={self.menus.home: self.home},
            function=entry.function,
        )

    # --- what comes up by itself -------------------------------------------------------------

    def card_popup(self, card: str) -> View:
        """A service card that is switched off was placed in the tray (DK-SVC-01)."""
        words, entry = self.menus.card, self.menus.entry(Function.ACTIVATE_CARD)

        def accepted() -> View:
            return self.message(entry, f"{self._actions.card.activate()}: active")

        return self._popup(words.title, card, {words.accept: accepted}, words.dismiss, entry)

    def first_use_popup(self, key: Waiting) -> View:
        """A shared key is in the vehicle for the first time (DK-CODE-06)."""
        words, entry = self.menus.first_use, self.menus.entry(Function.ACTIVATE_SHARED_KEY)
        accepted = partial(self.activate, entry, key)
        return self._popup(words.title, key.name, {words.accept: accepted}, words.dismiss, entry)

    def _popup(
        self,
        title: str,
        text: str,
        accept: Mapping[str, Callable[[], View]],
        dismiss: str,
        entry: MenuEntry,
    ) -> View:
        return View(
            kind=Kind.QUESTION,
            title=title,
            text=text,
            items={**accept, dismiss: lambda: None},
            labels={YES: next(iter(accept)), NO: dismiss},
            function=entry.function,
        )

    # --- building blocks ---------------------------------------------------------------------

    def _add_key(self, entry: MenuEntry) -> View:
        self._actions.pairing.begin()

        def entered(token: SecretText) -> View:
            self._actions.pairing.enter_token(token)
            return self.message(entry, "place the phone in the tray", Kind.WAITING)

        return self._entry(entry, "pairing token", entered, self._actions.pairing.end)

    def _deletion(self, entry: MenuEntry) -> View:
        def chosen(key: str) -> View:
            return self._asked(entry, lambda: deleted(key), about=key)

        def deleted(key: str) -> str:
            self._actions.keys.delete(key)
            return f"{key}: deleted"

        return self._choice(entry, _by_name(self._actions.keys.deletable()), chosen)

    def _first_use(self, entry: MenuEntry) -> View:
        waiting = {key.name: key for key in self._actions.first_use.waiting()}
        return self._choice(
            entry, _by_name(waiting), lambda key: self.activate(entry, waiting[key])
        )

    def _list(self, entry: MenuEntry) -> View:
        keys = self._actions.keys.listed()
        return View(
            kind=Kind.LIST,
            title=entry.path[-1],
            text="\n".join(f"{key.name}: {key.role}, {key.state}" for key in keys),
            items={self.menus.home: self.home},
            keys=keys,
            function=entry.function,
        )

    def _linking(self, entry: MenuEntry) -> View:
        profiles = self._actions.profiles

        def chosen(key: str) -> View:
            return self._choice(entry, _by_name(profiles.names), partial(link, key))

        def link(key: str, profile: str) -> View:
            profiles.link(key, profile)
            return self.message(entry, f"{key}: {profile}")

        return self._choice(entry, _by_name(profiles.linkable()), chosen)

    def _scopes(self, entry: MenuEntry) -> View:
        def chosen(scope: str) -> View:
            self._actions.locks.unlock_scope = UnlockScope(scope)
            return self.message(entry, self.menus.scopes[scope])

        return self._choice(entry, self.menus.scopes, chosen)

    def _asked(self, entry: MenuEntry, effect: Callable[[], str], about: str = "") -> View:
        """Do it, after a question where this version asks one."""

        def done() -> View:
            return self.message(entry, effect())

        return self._question(entry, about, done) if entry.confirm else done()

    def _question(self, entry: MenuEntry, about: str, yes: Callable[[], View]) -> View:
        words = self.menus
        return View(
            kind=Kind.QUESTION,
            title=f"{entry.path[-1]}?",
            text=about,
            items={words.confirm: yes, words.cancel: self.home},
            labels={YES: words.confirm, NO: words.cancel},
            function=entry.function,
        )

    def _choice(
        self, entry: MenuEntry, labels: Mapping[str, str], chosen: Callable[[str], View]
    ) -> View:
        if not labels:
            raise ActionRefused("there is nothing to choose from")
        items: dict[str, Callable[[], View | None]] = {
            label: partial(chosen, subject) for subject, label in labels.items()
        }
        return View(
            kind=Kind.CHOICE,
            title=entry.path[-1],
            items={**items, self.menus.home: self.home},
            labels=labels,
            function=entry.function,
        )

    def _entry(
        self,
        entry: MenuEntry,
        asks: str,
        typed: Callable[[SecretText], View],
        cancelled: Callable[[], None],
    ) -> View:
        def cancel() -> View:
            cancelled()
            return self.home()

        return View(
            kind=Kind.ENTRY,
            title=entry.path[-1],
            items={self.menus.cancel: cancel},
            labels={NO: self.menus.cancel},
            asks=asks,
            typed=typed,
            function=entry.function,
        )


def _by_name(names: Iterable[str]) -> dict[str, str]:
    """Labels of what is shown by its name."""
    return {name: name for name in names}


def _said(act: Callable[[], None], text: str) -> str:
    act()
    return text
