"""What the tests of whole phones share: a world, a phone in it, and a vehicle at its places.

The vehicle is spelt out byte by byte (framework_bench) for pairing, and an independent reader for
transactions; the key server is the fake one.
"""

from __future__ import annotations

from dataclasses import dataclass

from drivers.api.sharing import Channel, CodeEntry, Platform, ShareRequest
from drivers.sim.phone import VirtualPhone
from drivers.sim.phone.wallet import HeldKey
from drivers.sim.world import World
from rig.digital_key.settings import Settings
from tests.drivers.sim.fake_internet import ACCOUNT, LETTER, Server
from tests.drivers.sim.phone.applet_bench import VEHICLE, VEHICLE_ID
from tests.drivers.sim.phone.held_in_hand import PLACE, OpenField
from tests.drivers.sim.phone_framework import framework_bench as fb
from tests.home_key.independent_reader import CCC, Device, Reader, ReaderError

SETTINGS = Settings()
REQUEST = ShareRequest(
    recipient="a friend", channel=Channel.SMS, receiver=Platform.IOS, code=CodeEntry.NONE
)
SLOT_LIST = b"".join(bytes((0xA0 + n,)) * 8 for n in range(8))


class TrayBench(fb.Bench):
    """The framework of a whole phone, as a vehicle finds it in its field."""

    def __init__(self, field: OpenField) -> None:
        self.field = field

    def process(self, command: bytes) -> bytes:
        return self.field.send(command)

    def reset_field(self) -> None:
        assert self.field.card is not None
        self.field.card.power(on=False)
        self.field.card.power(on=True)


@dataclass
class Scene:
    """A world with one reader, and a server that knows its vehicle."""

    world: World
    field: OpenField
    server: Server

    def phone(self, platform: str = "ios", **options: object) -> VirtualPhone:
        """A phone without keys, online."""
        phone = VirtualPhone(self.world, platform=platform, **options)  # type: ignore[arg-type]
        phone.name = f"{platform}_phone"
        phone.connect(self.server.internet())
        return phone

    def owner(self, platform: str = "ios") -> VirtualPhone:
        """A phone whose main key was just paired, its slots filled, its app signed in."""
        phone = self.phone(platform)
        phone.app.sign_in(ACCOUNT)
        phone.wallet.open_link(LETTER)
        self.pair(phone)
        self.fill_slots(phone)
        return phone

    def pair(self, phone: VirtualPhone) -> None:
        """The vehicle pairs with the phone, which waits for it."""
        phone.present(PLACE)
        fb.paired(TrayBench(self.field))
        phone.withdraw()

    def fill_slots(self, phone: VirtualPhone, free: int = 0xFF) -> None:
        """Write slot identifiers as a vehicle does in phase 4."""
        reader, _ = self.authenticated(phone)
        bitmap = b"\x8a\x03" + _two(SETTINGS.mailbox_slots_offset) + bytes((free,))
        identifiers = b"\x8a\x42" + _two(SETTINGS.mailbox_slot_list_offset) + SLOT_LIST
        signals = b"\x8a\x03" + _two(SETTINGS.mailbox_signal_offset) + b"\x00"
        assert reader.exchange(bitmap + identifiers + signals).hex() == "00020000"
        reader.control_flow(0x01, 0x90)
        phone.withdraw()

    def authenticated(self, phone: VirtualPhone) -> tuple[Reader, Device]:
        """The phone at the reader, after AUTH1."""
        phone.present(PLACE)
        reader = self.reader()
        reader.select()
        reader.auth0(fast=False)
        return reader, reader.auth1(points(phone))

    def reader(self) -> Reader:
        return Reader(self.field.send, VEHICLE, VEHICLE_ID, CCC)

    def opens(self, phone: VirtualPhone) -> bool:
        """Whether a tap of this phone is a whole transaction with one of its keys."""
        phone.present(PLACE)
        try:
            if self.field.card is None:
                return False
            reader = self.reader()
            reader.select()
            reader.auth0(fast=False)
            reader.auth1(points(phone))
            reader.control_flow(0x01, 0x00)
        except (ReaderError, TimeoutError):
            return False
        finally:
            phone.withdraw()
        return True


def points(phone: VirtualPhone) -> dict[bytes, bytes]:
    """The keys of a phone, by slot."""
    return {key.slot: key.private.public.point for key in held(phone)}


def states(phone: VirtualPhone) -> list[str]:
    """How the wallet's keys stand."""
    listed = phone.wallet.listed()
    return [key.state for key in listed]


def roles(phone: VirtualPhone) -> list[str]:
    """Whose the wallet's keys are."""
    listed = phone.wallet.listed()
    return [key.role for key in listed]


def held(phone: VirtualPhone) -> tuple[HeldKey, ...]:
    """What the wallet holds, whether the applet knows it or not."""
    return tuple(entry.key for entry in phone.wallet.entries)


def mailbox(phone: VirtualPhone, offset: int, size: int) -> bytes:
    """A piece of the first key's private mailbox."""
    return held(phone)[0].mailbox.read(offset, size)


def _two(number: int) -> bytes:
    return number.to_bytes(2, "big")
