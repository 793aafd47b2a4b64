"""The inside of the rig's vehicle, put together: display, cabin, profiles, driving, valet, cards.

What happens at the readers comes in by ``used``, ``placed``, ``paired`` and ``emptied``; what is
pressed on the display goes out to keyring, pairing desk and telematics.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from drivers.api.clock import Clock
from drivers.api.errors import ActionRefused
from drivers.api.head_unit import HeadUnit
from drivers.api.operator import Operator
from drivers.api.secret_text import SecretText
from rig.digital_key.secrets import Secret
from rig.key_server import eligibility
from rig.key_server.errors import KeyServerError, WrongCode
from rig.key_server.keys import Authority
from rig.key_server.vehicles import VehicleRecord
from rig.vehicle.body import Body, Power
from rig.vehicle.cabin import FOBS, Cabin
from rig.vehicle.drive import Drive, Position
from rig.vehicle.driver_profiles import DriverProfiles
from rig.vehicle.errors import NotEnrolled, Offline
from rig.vehicle.head_unit import HeadUnitSoftware
from rig.vehicle.key_removal import MAY_DELETE, KeyRemoval
from rig.vehicle.keyring import Keyring
from rig.vehicle.keys import FRIEND, Key, KeyState
from rig.vehicle.menu_actions import MenuActions, Waiting
from rig.vehicle.pairing_desk import PairingDesk
from rig.vehicle.readings import VehicleReadings
from rig.vehicle.service_card import ServiceCard
from rig.vehicle.telematics import Telematics
from rig.vehicle.valet import Valet
from rig.vehicle.visit import Ending, Visit


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What the inside needs of the vehicle around it.

    ``in_tray``: the key that was authenticated in the tray, refused or not. ``look_again``: serve
    what lies there once more. ``changed``: something is to be told to the key server.
    """

    clock: Clock
    keyring: Keyring
    body: Body
    telematics: Telematics
    pairing: PairingDesk
    in_tray: Callable[[], Key | None]
    look_again: Callable[[], None]
    changed: Callable[[], None]


class Interior:
    """Everything a person inside the vehicle can touch."""

    def __init__(
        self,
        around: Around,
        record: VehicleRecord,
        display: HeadUnit | None = None,
        operator: Operator | None = None,
    ) -> None:
        self._around = around
        self._operator = operator
        self.record = record
        self.valet = Valet()
        self.drive = Drive(lambda: around.body.power is Power.DRIVE_READY)
        self.profiles = DriverProfiles(around.clock, self._linkable)
        self.service_card = ServiceCard(around.keyring, self._name_in_tray)
        self.cabin = self._cabin()
        self._removal = KeyRemoval(around.keyring, self._authority, self._delete)
        self.head_unit = HeadUnitSoftware(display, record.software, self._menu_actions())

    def reset(self, record: VehicleRecord) -> None:
        """As it is found: nothing inside, the first screen, no profile linked, valet mode off."""
        self.cabin.reset()
        self.code(record)
        self.drive.reset()
        self.profiles.reset()
        self.valet.turn_off()

    def read_as(self, readings: VehicleReadings) -> None:
        """Read what the sources leave open in this way."""
        self.cabin.reading = readings.setup_keys
        self._removal.may_delete = MAY_DELETE[readings.deletes_in_vehicle]

    def code(self, record: VehicleRecord) -> None:
        """The vehicle has this equipment and software from now on; what is inside stays there."""
        self.record = record
        self.cabin.equip(record.delivered)
        self.head_unit.install(record.software)

    @property
    def variant(self) -> str:
        """The product this vehicle has by its equipment; "" for none (DK-ELIG-05)."""
        return eligibility.variant(self.record) or ""

    def position(self) -> Position:
        """Where the vehicle is, by satellite navigation."""
        return self.drive.position

    # --- what happens at the readers -----------------------------------------------------------

    def used(self, key: Key) -> None:
        """A key unlocked, locked or started the vehicle."""
        self.profiles.used(key.name)
        self.drive.use(key.name, key.restrictions)

    def fob_used(self, name: str) -> None:
        """A fob did; it restricts nothing."""
        self.profiles.used(name)
        self.drive.use(name)

    def placed(self, key: Key | None) -> None:
        """A device in the tray was served: offer on the display what it may need."""
        if key is None:
            return
        if key.role == "card" and key.state is KeyState.INACTIVE:
            self.head_unit.card_placed(key.name)
        if _waits(key):  # as last heard: a reader does not wait for the key server
            self.head_unit.shared_key_inside(Waiting(key.name, code=key.awaits_code))

    def paired(self, visit: Visit) -> None:
        """A pairing has ended in the tray: say on the display what it came to."""
        refused = visit.ending is not Ending.PAIRED
        self.head_unit.pairing_ended(visit.explanation, refused=refused)

    def emptied(self) -> None:
        """The tray is empty."""
        self.head_unit.tray_emptied()

    # --- what the menus ask for ----------------------------------------------------------------

    def _menu_actions(self) -> MenuActions:
        around = self._around
        return MenuActions(
            variant=lambda: self.variant,
            pairing=around.pairing,
            card=_CardMenu(self.service_card, around.look_again),
            keys=self._removal,
            first_use=_FirstUseMenu(self._waiting, self._activate),
            profiles=self.profiles,
            valet=self.valet,
            locks=around.body,
        )

    def _cabin(self) -> Cabin:
        return Cabin(self._around.clock, self.record.delivered, self._keys_inside, self._operator)

    def _authority(self) -> Authority:
        return self.cabin.authority()

    def _keys_inside(self) -> Iterable[Key]:
        key = self._around.in_tray()
        return () if key is None else (key,)

    def _name_in_tray(self) -> str:
        key = self._around.in_tray()
        return "" if key is None else key.name

    def _linkable(self) -> Iterable[str]:
        used = (KeyState.ACTIVE, KeyState.PRE_DELETION)
        names = [key.name for key in self._around.keyring if key.state in used]
        return (*names, *FOBS)

    def _delete(self, key: Key, _authority: Authority) -> None:
        self._around.telematics.delete(key)
        self.profiles.forget(key.name)
        self._around.changed()

    def _waiting(self) -> tuple[Waiting, ...]:
        """The shared key in the tray, if it was not activated on this screen yet."""
        key = self._around.in_tray()
        if key is None or not _waits(key):
            return ()
        return (Waiting(key.name, code=self._around.telematics.awaits_code(key)),)

    def _activate(self, name: str, code: SecretText | None) -> None:
        key = next((k for k in self._keys_inside() if k.name == name), None)
        if key is None:
            raise ActionRefused("place the device with the shared key in the tray")
        typed = None if code is None else Secret(code.reveal().encode())
        try:
            self._around.telematics.activate(key, typed)
        except WrongCode as exc:
            raise ActionRefused(f"wrong code, {exc.tries_left} left to try") from exc
        except (KeyServerError, NotEnrolled, Offline) as exc:
            raise ActionRefused(str(exc)) from exc
        finally:
            self._around.changed()  # a wrong code may have been the last: it ends the key
        self._around.look_again()


def _waits(key: Key) -> bool:
    """Whether it is a shared key that was not activated on the screen yet."""
    return key.role == FRIEND and not key.activated and key.state is KeyState.ACTIVE


@dataclass(frozen=True, slots=True)
class _CardMenu:
    """The service card, which is served anew once it was switched."""

    card: ServiceCard
    look_again: Callable[[], None]

    def activate(self) -> str:
        name = self.card.activate()
        self.look_again()
        return name

    def deactivate(self) -> str:
        name = self.card.deactivate()
        self.look_again()
        return name


@dataclass(frozen=True, slots=True)
class _FirstUseMenu:
    """Activation of shared keys."""

    waiting: Callable[[], tuple[Waiting, ...]]
    activate: Callable[[str, SecretText | None], None]
