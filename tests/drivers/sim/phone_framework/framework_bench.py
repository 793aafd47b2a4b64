"""What the framework's tests share: a phone, its owner, and a vehicle spelt out byte by byte."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from drivers.sim.phone.wallet import HeldKey
from drivers.sim.phone_framework import Framework
from drivers.sim.phone_framework.endpoint import EndpointFactory
from drivers.sim.phone_framework.traits import Traits
from drivers.sim.phone_framework.x509 import Authority
from rig.digital_key.apdu import SHORT_LE, Command
from rig.digital_key.crypto import aes_block, cbc_decipher, cbc_encipher, cmac, hkdf
from rig.digital_key.curve import ORDER, Point, generator
from rig.digital_key.settings import Settings
from tests.drivers.sim.phone_framework.vehicle_certificates import (
    NOW,
    VEHICLE_ID,
    vehicle_certificate,
)

SELECT = "00A404000DA000000809434343444B46763100"
PASSWORD = "31415926"  # noqa: S105 - typed by nobody
M_POINT = "02886e2f97ace46e55ba9dd7242579f2993b64e16ef3dcab95afd497333d8fa12f"
N_POINT = "03d8bbd6c639c62937b04d997f38c3770719c629d7014d49a24b4f98baa1292b49"
SLOT = b"\x05"
SCRYPT_FIELDS = (
    bytes.fromhex("C010") + b"yellowsubmarines" + bytes.fromhex("C10400000010C2020008C3020001")
)
REQUEST_DATA = bytes.fromhex("5B020101 5C020100 7F5020") + SCRYPT_FIELDS + bytes.fromhex("D6020003")


def long_element(tag: str, value: bytes) -> bytes:
    """An element whose length stands in the two-byte form."""
    return bytes.fromhex(tag) + b"\x82" + len(value).to_bytes(2, "big") + value


ENDPOINT = bytes.fromhex("7F4A0D 4D08") + VEHICLE_ID + bytes.fromhex("4E01") + SLOT
VEHICLE = long_element("7F4B", vehicle_certificate())
MAILBOX = bytes.fromhex("7F4D10 80020100 81020000 82020001 83020042")
CONFIGURATION = bytes.fromhex("7F4E03 D90101")
END = bytes.fromhex("5F5F00")


def creation_data(
    endpoint: bytes = ENDPOINT,
    vehicle: bytes = VEHICLE,
    mailbox: bytes = MAILBOX,
    configuration: bytes = CONFIGURATION,
) -> bytes:
    """All that the first transaction writes, without an intermediate certificate."""
    return endpoint + vehicle + mailbox + configuration + END


def apdu(header: str, data: bytes = b"") -> bytes:
    """A command that asks for all there is."""
    cla, ins, p1, p2 = bytes.fromhex(header)
    return Command(cla, ins, p1, p2, data, SHORT_LE).encode()


@dataclass
class Bench:
    """A phone in pairing mode, whose owner typed the password, and what ends in its wallet."""

    password: str | None = PASSWORD
    settings: Settings = field(default_factory=Settings)
    traits: Traits = field(default_factory=Traits)
    below_a_root: bool = True
    wallet: list[HeldKey] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.root = Authority("Maker Root CA", NOW)
        maker = Authority("Maker CA", NOW, self.root) if self.below_a_root else self.root
        self.framework = Framework(
            EndpointFactory(maker, lambda: NOW),
            self.wallet.append,
            lambda: self.settings,
            self.traits,
        )
        self.framework.begin_pairing()
        if self.password is not None:
            self.framework.enter_password(self.password)

    def process(self, command: bytes) -> bytes:
        return self.framework.process(command)

    def send(self, header: str, data: bytes = b"") -> bytes:
        return self.process(apdu(header, data))

    def select(self) -> bytes:
        return self.process(bytes.fromhex(SELECT))

    def reset_field(self) -> None:
        """Off and on."""
        self.framework.reset()
        self.framework.reset()

    def flow(self, p1p2: str) -> str:
        return self.send("803C" + p1p2).hex()


class Vehicle:
    """The vehicle's end of a pairing, from the public notes; knows the password itself."""

    def __init__(self, bench: Bench, password: str = PASSWORD) -> None:
        self.bench = bench
        stretched = hashlib.scrypt(
            password.encode(), salt=b"yellowsubmarines", n=16, r=8, p=1, dklen=80
        )
        z0, z1 = int.from_bytes(stretched[:40], "big"), int.from_bytes(stretched[40:], "big")
        self.w0, self.w1 = z0 % (ORDER - 1) + 1, z1 % (ORDER - 1) + 1
        self.counter = 0
        self.chain = bytes(16)

    def share(self) -> None:
        """SELECT and SPAKE2+ REQUEST."""
        assert self.bench.select()[-2:].hex() == "9000"
        answer = self.bench.send("80300000", REQUEST_DATA)
        assert answer[:2].hex() + answer[-2:].hex() == "50419000"
        self.x = answer[2:-2]

    def evidence(self, y: int = 0x1234567890) -> bytes:
        """The data of VERIFY; the session's keys are known from here on."""
        w0 = self.w0.to_bytes(32, "big")
        own = (generator() * y + Point.decompress(bytes.fromhex(N_POINT)) * self.w0).encode()
        blind = Point.decompress(bytes.fromhex(M_POINT)) * self.w0
        z = ((Point.decode(self.x) - blind) * y).encode()
        v = (generator() * self.w1 * y).encode()
        text = b"".join(len(p).to_bytes(8, "little") + p for p in (self.x, own, z, v, w0))
        secret = hashlib.sha256(text).digest()
        info = b"ConfirmationKeys" + REQUEST_DATA[:8]
        proofs = hkdf(secret[:16], info, 32)
        self.expected = cmac(proofs[16:], own)
        keys = hkdf(secret[16:], b"SystemKeys", 64)
        self.enc, self.mac, self.rmac = keys[:16], keys[16:32], keys[32:48]
        return b"\x52\x41" + own + b"\x57\x10" + cmac(proofs[:16], self.x)

    def verify(self) -> None:
        answer = self.bench.send("80320000", self.evidence())
        assert answer.hex() == "5810" + self.expected.hex() + "9000"

    def secured(self, header: str, plaintext: bytes) -> tuple[bytes, str]:
        """Send a secured command; the plaintext of the answer, and its status word."""
        answer = self.bench.send(header, self.seal(plaintext))
        return self.open(answer[:-2]) if len(answer) > 2 else b"", answer[-2:].hex()

    def seal(self, plaintext: bytes) -> bytes:
        self.counter += 1
        sealed = b""
        if plaintext:
            padded = plaintext + b"\x80" + bytes(15 - len(plaintext) % 16)
            iv = aes_block(self.enc, bytes(15) + bytes((self.counter,)))
            sealed = cbc_encipher(self.enc, iv, padded)
        self.chain = cmac(self.mac, self.chain + sealed)
        return sealed + self.chain[:8]

    def open(self, answer: bytes) -> bytes:
        sealed, tag = answer[:-8], answer[-8:]
        assert cmac(self.rmac, self.chain + sealed)[:8] == tag
        if not sealed:
            return b""
        iv = aes_block(self.enc, b"\x80" + bytes(14) + bytes((self.counter,)))
        padded = cbc_decipher(self.enc, iv, sealed)
        return padded.rstrip(b"\x00")[:-1]

    def write(self, data: bytes, size: int = 239) -> str:
        """All of ``data`` in commands of this size; the first refusal, or 9000."""
        status = ""
        for at in range(0, len(data), size):
            last = at + size >= len(data)
            answer, status = self.secured("84D48000" if last else "84D40000", data[at : at + size])
            if status != "9000":
                break
            assert answer == b""
        return status

    def read(self, tag: str) -> bytes:
        """GET DATA with all the GET RESPONSE it takes."""
        whole, status = self.secured("84CA0000", bytes.fromhex(tag))
        while status[:2] == "61":
            part, status = self.secured("84C00000", b"")
            whole += part
        assert status == "9000", status
        return whole


def verified(bench: Bench) -> Vehicle:
    """A vehicle that has the channel."""
    vehicle = Vehicle(bench)
    vehicle.share()
    vehicle.verify()
    return vehicle


def written(bench: Bench) -> Vehicle:
    """A vehicle that has written all its data."""
    vehicle = verified(bench)
    assert vehicle.write(creation_data()) == "9000"
    return vehicle


def created(bench: Bench) -> Vehicle:
    """A vehicle at the end of the first transaction; the field is still there."""
    vehicle = written(bench)
    assert bench.flow("1001") == "9000"
    return vehicle


def reading(bench: Bench) -> Vehicle:
    """A vehicle at the beginning of the second transaction."""
    vehicle = created(bench)
    bench.reset_field()
    assert bench.select()[-2:].hex() == "9000"
    return vehicle


def chain_read(bench: Bench) -> Vehicle:
    """A vehicle that has read all there is."""
    vehicle = reading(bench)
    for tag in ("7F20", "7F22", "7F24", "D3"):
        vehicle.read(tag)
    return vehicle


def attested(bench: Bench) -> Vehicle:
    """A vehicle that has only to say that all is well."""
    vehicle = chain_read(bench)
    assert vehicle.write(bytes.fromhex("5F5A03 010203") + END) == "9000"
    return vehicle


def paired(bench: Bench) -> Vehicle:
    """A vehicle at the end of pairing."""
    vehicle = attested(bench)
    assert bench.flow("1002") == "9000"
    assert bench.flow("1111") == "9000"
    return vehicle
