"""A device for the tests of the vehicle's half of pairing: it follows, and lies where it is told.

It takes every step without judging it; what it was sent is kept for the test to look at. The
virtual phone's framework, which judges, is met in ``test_pairing_meets_phone``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256

from drivers.sim.phone.channel import DeviceChannel
from drivers.sim.phone.key_schedule import SessionKeys
from rig.digital_key import pairing_messages as m
from rig.digital_key import tlv
from rig.digital_key.apdu import SUCCESS, Command, Response
from rig.digital_key.certificates import Authority
from rig.digital_key.crypto import PrivateKey, cmac, hkdf
from rig.digital_key.curve import Point, generator
from rig.digital_key.secrets import Secret
from rig.digital_key.settings import Settings
from rig.digital_key.spake2plus import Scrypt, password_scalars

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
MAKER = Authority.root("Device maker", NOW)
_M = "02886e2f97ace46e55ba9dd7242579f2993b64e16ef3dcab95afd497333d8fa12f"
_N = "03d8bbd6c639c62937b04d997f38c3770719c629d7014d49a24b4f98baa1292b49"
_X = 0x0123456789ABCDEF


def device_data(key: PrivateKey) -> dict[m.DataTag, bytes]:
    """What GET DATA finds: a chain below MAKER, and a long information."""
    instance = MAKER.below("Instance", NOW)
    return {
        m.DataTag.CERTIFICATE_1: instance.certify("Endpoint", key.public, NOW),
        m.DataTag.CERTIFICATE_2: instance.certificate,
        m.DataTag.CERTIFICATE_3: b"",
        m.DataTag.DEVICE_INFORMATION: bytes(range(250)),
    }


@dataclass
class Device:
    """``alter`` sees each command and its answer, and may put another one in its place."""

    password: str = "20260917"  # noqa: S105 - of a test
    settings: Settings = field(default_factory=Settings)
    selected: bytes = bytes.fromhex("5A0401010100 5C020100 D40102")
    key: PrivateKey = field(default_factory=PrivateKey.generate)
    alter: Callable[[Command, Response], Response] = lambda _command, answer: answer
    commands: list[Command] = field(default_factory=list)
    written: list[bytes] = field(default_factory=list)  # plaintext of each WRITE DATA
    keys: bytes = b""  # the system keys, as this side derives them
    share: bytes = b""  # X
    data: dict[m.DataTag, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.data = self.data or device_data(self.key)
        self._steps: dict[int, Callable[[Command], Response]] = {
            m.INS_SELECT: lambda _: Response(self.selected, SUCCESS),
            m.INS_SPAKE2_REQUEST: self._request,
            m.INS_SPAKE2_VERIFY: self._verify,
            m.INS_WRITE_DATA: self._write,
            m.INS_GET_DATA: self._get,
            m.INS_GET_RESPONSE: self._get,
            m.INS_OP_CONTROL_FLOW: lambda _: Response(b"", SUCCESS),
        }
        self._held = b""

    def send(self, command: Command) -> Response:
        self.commands.append(command)
        return self.alter(command, self._steps[command.ins](command))

    @property
    def flows(self) -> list[m.Flow]:
        """Every OP CONTROL FLOW code it was sent."""
        told = (c for c in self.commands if c.ins == m.INS_OP_CONTROL_FLOW)
        return [m.Flow(c.p1 << 8 | c.p2) for c in told]

    def _request(self, command: Command) -> Response:
        request = m.Spake2Request.decode(command.data)
        fields = m.ScryptFields.decode(request.scrypt)
        cost, size, parallelism = (
            int.from_bytes(n, "big") for n in (fields.cost, fields.block_size, fields.parallelism)
        )
        scrypt = Scrypt(fields.salt, cost, size, parallelism)
        w0, w1 = password_scalars(self.password.encode(), scrypt)
        self._w0, self._w1 = (int.from_bytes(w, "big") for w in (w0, w1))
        masked = generator() * _X + Point.decompress(bytes.fromhex(_M)) * self._w0
        self.share = masked.encode()
        self._context = tlv.encode(0x5B, request.spake2_version)
        self._context += tlv.encode(0x5C, request.applet_versions)
        return Response(m.Spake2Response(self.share).encode(), SUCCESS)

    def _verify(self, command: Command) -> Response:
        share = m.VerifyRequest.decode(command.data).share
        unmasked = Point.decode(share) - Point.decompress(bytes.fromhex(_N)) * self._w0
        z, v = (unmasked * _X).encode(), (unmasked * self._w1).encode()
        parts = (self.share, share, z, v, self._w0.to_bytes(32, "big"))
        key = sha256(b"".join(len(p).to_bytes(8, "little") + p for p in parts)).digest()
        confirmation = hkdf(key[:16], b"ConfirmationKeys" + self._context, 32)
        self.keys = bytes(hkdf(key[16:], b"SystemKeys", 96))
        enc, mac, rmac = (Secret(self.keys[at : at + 16]) for at in (0, 16, 32))
        self._channel = DeviceChannel(SessionKeys(enc, mac, rmac), self.settings, counter=1)
        return Response(m.VerifyResponse(cmac(confirmation[16:], share)).encode(), SUCCESS)

    def _write(self, command: Command) -> Response:
        self.written.append(self._channel.open(command))
        return Response(self._channel.seal(b"", SUCCESS), SUCCESS)

    def _get(self, command: Command) -> Response:
        plaintext = self._channel.open(command)
        if command.ins == m.INS_GET_DATA:
            self._held = self.data[m.DataTag(int.from_bytes(plaintext, "big"))]
        part, self._held = self._held[: m.MOST_DATA], self._held[m.MOST_DATA :]
        status = 0x6100 | min(len(self._held), 0xFF) if self._held else SUCCESS
        return Response(self._channel.seal(part, status), status)
