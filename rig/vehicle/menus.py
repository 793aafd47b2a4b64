"""The menus of the head unit as data: one table for each version of its software (AMB-06).

The sources contradict each other in names and paths, so a path belongs to a version and a test
names a function. Which version has which of the contradicting paths is our own choice, as are all
paths whose ``source`` is empty.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from rig.key_server.software_status import SoftwareStatus


class Function(StrEnum):
    """What the menus are for, whatever they are called."""

    ADD_KEY = "add_key"
    ACTIVATE_CARD = "activate_card"
    DEACTIVATE_CARD = "deactivate_card"
    DELETE_KEY = "delete_key"
    ACTIVATE_SHARED_KEY = "activate_shared_key"
    LIST_KEYS = "list_keys"
    LINK_PROFILE = "link_profile"
    VALET_ON = "valet_on"
    VALET_OFF = "valet_off"
    UNLOCK_SCOPE = "unlock_scope"


class Offers(StrEnum):
    """What the last screen of a path offers."""

    EFFECT = "effect"  # nothing more: pressing the last item does it
    CHOICES = "choices"  # one of several, such as keys
    ENTRY = "entry"  # something to type in
    LIST = "list"  # something to read


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """A function and the way to it.

    ``path`` is as the source has it; ``confirm`` asks once more before it takes effect, and can be
    cancelled. ``digital_key``: it is there on a vehicle with a digital key only.
    """

    function: Function
    path: tuple[str, ...]
    offers: Offers = Offers.EFFECT
    confirm: bool = False
    digital_key: bool = True
    source: str = ""


@dataclass(frozen=True, slots=True)
class Popup:
    """What the display shows by itself."""

    title: str
    accept: str
    dismiss: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Menus:
    """The menus of one version. ``software``: the status from which on they are installed."""

    software: SoftwareStatus
    entries: tuple[MenuEntry, ...]
    digital_key_menu: tuple[str, ...]  # where the variant is named
    variants: Mapping[str, str]  # what it is called, by variant
    card: Popup  # a service card that is switched off was placed in the tray
    first_use: Popup  # a shared key is in the vehicle for the first time
    scopes: Mapping[str, str]  # what an unlock can open, in words
    home: str = "Home"
    confirm: str = "OK"
    cancel: str = "Cancel"

    def entry(self, function: Function) -> MenuEntry:
        """The entry of a function; every version has each."""
        return next(entry for entry in self.entries if entry.function is function)

    def steps(self, path: Iterable[str]) -> tuple[str, ...]:
        """What to press after ``home``, which some of the paths begin with and some do not."""
        first, *others = path
        return tuple(others) if first == self.home else (first, *others)


def _entries(*entries: MenuEntry) -> tuple[MenuEntry, ...]:
    functions = [entry.function for entry in entries]
    if sorted(functions) != sorted(Function):
        raise ValueError("a version of the menus has each function once")
    return entries


_VARIANTS = {"digital_key": "Digital Key", "digital_key_plus": "Digital Key Plus"}

_OF_THE_GUIDE = Menus(
    software=SoftwareStatus(2025, 7),
    digital_key_menu=("Home", "Digital Key"),
    variants=_VARIANTS,
    card=Popup("Service Card", accept="Activate Card", dismiss="Close"),
    first_use=Popup("New Digital Key", accept="Activate Key", dismiss="Later"),
    scopes={"all": "All doors", "driver": "Driver's door only"},
    entries=_entries(
        MenuEntry(
            Function.ADD_KEY,
            ("Home", "Digital Key", "Add Key"),
            Offers.ENTRY,
            source="guide, Activate MINI Digital Key via operating system",
        ),
        MenuEntry(
            Function.ACTIVATE_CARD,
            ("Home", "Keys", "Digital Key", "Activate Key"),
            source="guide, The Service Card: activation",
        ),
        MenuEntry(
            Function.DEACTIVATE_CARD,
            ("Home", "Keys", "Deactivate Card"),
            source="guide, The Service Card: deactivation",
        ),
        MenuEntry(
            Function.DELETE_KEY,
            ("Home", "Keys", "Reset Functions", "Delete Key"),
            Offers.CHOICES,
            confirm=True,
            source="guide, Deactivating Shared Keys",
        ),
        MenuEntry(
            Function.ACTIVATE_SHARED_KEY,
            ("Home", "Digital Key", "Activate Shared Key"),
            Offers.CHOICES,
        ),
        MenuEntry(Function.LIST_KEYS, ("Home", "Keys", "Overview"), Offers.LIST),
        MenuEntry(
            Function.LINK_PROFILE,
            ("Home", "Driver Profiles", "Link Key"),
            Offers.CHOICES,
            digital_key=False,
        ),
        MenuEntry(Function.VALET_ON, ("Home", "Settings", "Valet Mode", "On"), digital_key=False),
        MenuEntry(Function.VALET_OFF, ("Home", "Settings", "Valet Mode", "Off"), digital_key=False),
        MenuEntry(
            Function.UNLOCK_SCOPE,
            ("Home", "Settings", "Doors", "Unlock"),
            Offers.CHOICES,
            digital_key=False,
        ),
    ),
)

_EARLIER = Menus(
    software=SoftwareStatus(2024, 7),
    digital_key_menu=("Keys", "Digital Key"),
    variants=_VARIANTS,
    card=Popup("Key Card", accept="Activate", dismiss="Not now"),
    first_use=Popup("Shared Key", accept="Use this key", dismiss="Not now"),
    scopes={"all": "Entire vehicle", "driver": "Driver"},
    confirm="OK",
    cancel="Back",
    entries=_entries(
        MenuEntry(Function.ADD_KEY, ("Keys", "Digital Key", "Add Key"), Offers.ENTRY),
        MenuEntry(
            Function.ACTIVATE_CARD, ("Keys", "Digital Key", "Key Card", "Activate"), confirm=True
        ),
        MenuEntry(
            Function.DEACTIVATE_CARD,
            ("Keys", "Digital Key", "Key Card", "Deactivate"),
            confirm=True,
        ),
        MenuEntry(
            Function.DELETE_KEY,
            ("Keys", "Digital Key", "Reset Function"),
            Offers.CHOICES,
            confirm=True,
            source="guide, Deleting Digital Key: via car, with OK to delete",
        ),
        MenuEntry(
            Function.ACTIVATE_SHARED_KEY,
            ("Keys", "Digital Key", "Shared Key"),
            Offers.CHOICES,
            confirm=True,
        ),
        MenuEntry(Function.LIST_KEYS, ("Keys", "Digital Key", "Key List"), Offers.LIST),
        MenuEntry(Function.LINK_PROFILE, ("Profiles", "Key"), Offers.CHOICES, digital_key=False),
        MenuEntry(
            Function.VALET_ON,
            ("Vehicle", "Valet Mode", "Activate"),
            confirm=True,
            digital_key=False,
        ),
        MenuEntry(Function.VALET_OFF, ("Vehicle", "Valet Mode", "Deactivate"), digital_key=False),
        MenuEntry(
            Function.UNLOCK_SCOPE,
            ("Vehicle", "Doors and Keys", "Unlocking"),
            Offers.CHOICES,
            digital_key=False,
        ),
    ),
)

VERSIONS = (_EARLIER, _OF_THE_GUIDE)  # oldest first


def menus_of(software: SoftwareStatus) -> Menus:
    """The menus of a vehicle with this software: the latest it has, the oldest if it has none."""
    installed = [menus for menus in VERSIONS if menus.software <= software]
    return installed[-1] if installed else VERSIONS[0]
