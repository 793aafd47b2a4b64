"""The vehicle's periphery without the vehicle: real parts on a keyring of made-up keys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from drivers.api.clock import SystemClock
from drivers.api.errors import ActionRefused
from drivers.api.secret_text import SecretText
from drivers.sim.head_unit import VirtualHeadUnit
from rig.digital_key.crypto import PrivateKey
from rig.key_server.keys import Authority
from rig.key_server.software_status import SoftwareStatus
from rig.key_server.vehicles import Artefact
from rig.vehicle.body import UnlockScope
from rig.vehicle.cabin import Cabin
from rig.vehicle.driver_profiles import DriverProfiles
from rig.vehicle.head_unit import HeadUnitSoftware
from rig.vehicle.key_removal import KeyRemoval
from rig.vehicle.keyring import Key, Keyring, KeyState
from rig.vehicle.menu_actions import MenuActions, Waiting
from rig.vehicle.service_card import ServiceCard
from rig.vehicle.valet import Valet

PRIVATE = PrivateKey.generate()
TOKEN, CODE = SecretText("token of the letter"), SecretText("482916")


def keyring() -> Keyring:
    """An owner, a friend, and a card that is switched off."""
    return Keyring(
        bytes(8),
        PRIVATE,
        [
            Key("owner", "owner", b"\x01", PRIVATE.public),
            Key("friend", "friend", b"\x02", PRIVATE.public),
            Key("card", "card", b"\x03", PRIVATE.public, state=KeyState.INACTIVE),
        ],
    )


@dataclass
class Desk:
    """Pairing that takes one token, in accessory mode only."""

    accessory: bool = True
    pairing: bool = False
    opened: bool = False

    def begin(self) -> None:
        if not self.accessory:
            raise ActionRefused("switch accessory mode on")
        self.pairing = True

    def enter_token(self, token: SecretText) -> None:
        if token != TOKEN:
            raise ActionRefused("this token opens nothing")
        self.opened = True

    def end(self) -> None:
        self.pairing = False


@dataclass
class FirstUse:
    """Shared keys that wait for their activation."""

    keys: dict[str, SecretText | None] = field(default_factory=dict)
    activated: list[str] = field(default_factory=list)

    def waiting(self) -> tuple[Waiting, ...]:
        return tuple(Waiting(name, code is not None) for name, code in self.keys.items())

    def activate(self, name: str, code: SecretText | None) -> None:
        if self.keys[name] != code:
            raise ActionRefused("this is another code")
        del self.keys[name]
        self.activated.append(name)


@dataclass
class Locks:
    """The vehicle's setting."""

    unlock_scope: UnlockScope = UnlockScope.ALL


class Display(VirtualHeadUnit):
    """A display on which something may happen just before and after the finger touches it."""

    before: Callable[[str], None] = staticmethod(lambda _item: None)
    after: Callable[[str], None] = staticmethod(lambda _item: None)

    def press(self, item: str) -> None:
        self.before(item)
        super().press(item)
        self.after(item)


class Periphery:
    """Everything that has no protocol of its own, wired up."""

    def __init__(self, software: str = "25-07") -> None:
        self.keyring = keyring()
        self.variant = "digital_key_plus"
        self.tray = ""
        self.deleted: list[tuple[str, Authority]] = []
        self.cabin = Cabin(SystemClock(), frozenset(Artefact), self._keys_in_tray)
        self.card = ServiceCard(self.keyring, lambda: self.tray)
        self.keys = KeyRemoval(self.keyring, self.cabin.authority, self._delete)
        self.desk, self.first_use = Desk(), FirstUse()
        self.profiles = DriverProfiles(SystemClock(), lambda: ("owner", "friend", "first_fob"))
        self.valet, self.locks = Valet(), Locks()
        self.display = Display()
        self.display.name = "head_unit"
        actions = MenuActions(
            variant=lambda: self.variant,
            pairing=self.desk,
            card=self.card,
            keys=self.keys,
            first_use=self.first_use,
            profiles=self.profiles,
            valet=self.valet,
            locks=self.locks,
        )
        self.head_unit = HeadUnitSoftware(self.display, SoftwareStatus.parse(software), actions)

    def _keys_in_tray(self) -> list[Key]:
        return [key for key in self.keyring if key.name == self.tray]

    def _delete(self, key: Key, authority: Authority) -> None:
        self.deleted.append((key.name, authority))
        key.state = KeyState.DELETED
