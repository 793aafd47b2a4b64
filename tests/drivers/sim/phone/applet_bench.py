"""What the applet's tests share: a key, a vehicle that owes nothing to the project, raw APDUs."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric import ec

from drivers.sim.phone.applet import Applet
from drivers.sim.phone.dialects import DIALECTS
from drivers.sim.phone.mailbox import Contents
from drivers.sim.phone.wallet import HeldKey
from rig.digital_key.crypto import PrivateKey, PublicKey
from rig.digital_key.settings import Settings
from tests.home_key.independent_reader import CCC, P256, Form, Reader, point

VEHICLE_ID = bytes.fromhex("1122334455667788")
VEHICLE = ec.derive_private_key(int("33" * 32, 16), P256)
DEVICE = PrivateKey.from_bytes(b"\x44" * 32)
SLOT = b"\x01"
DEVICES = {SLOT: DEVICE.public.point}
TOKEN = bytes(range(32))
SELECT = "00A404000DA000000809434343444B41763100"


def ccc_key(vehicle_id: bytes = VEHICLE_ID, slot: bytes = SLOT) -> HeldKey:
    return HeldKey(
        vehicle_id=vehicle_id,
        vehicle_key=PublicKey(point(VEHICLE)),
        private=DEVICE,
        slot=slot,
        dialect=DIALECTS["ccc"],
        contents=Contents(signals=b"\x01", slots=b"\x02", confidential=TOKEN),
    )


def applet_with(settings: Settings | None = None, *keys: HeldKey) -> Applet:
    return Applet(keys or (ccc_key(),), lambda: settings or Settings())


def vehicle_at(
    applet: Applet,
    *,
    vehicle_id: bytes = VEHICLE_ID,
    key: ec.EllipticCurvePrivateKey = VEHICLE,
    form: Form = CCC,
) -> Reader:
    """A vehicle in a new visit, the applet selected."""
    applet.reset()
    reader = Reader(applet.process, key, vehicle_id, form)
    reader.select()
    return reader


def auth0_data(
    version: str = "0100", vehicle_id: bytes = VEHICLE_ID, ephemeral: bytes = b""
) -> bytes:
    """The data field of an AUTH0."""
    return (
        bytes.fromhex("5C02" + version + "8741")
        + (ephemeral or point(VEHICLE))
        + bytes.fromhex("4C10")
        + bytes(16)
        + bytes((0x4D, len(vehicle_id)))
        + vehicle_id
    )


def apdu(header: str, data: bytes = b"") -> bytes:
    return bytes.fromhex(header) + bytes((len(data),)) + data + b"\x00"


def status(answer: bytes) -> str:
    return answer[-2:].hex()
