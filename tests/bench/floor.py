"""The least a program can do to be the vehicle: bare APDUs and bare primitives.

It sends what the rig sends and calls the primitives the rig calls, straight from ``cryptography``,
with fixed offsets in place of parsing. It has no profiles, layers, trace, checks of anything but
status words, signature and MACs, and no errors of its own: an assertion fails, or it works.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass

from cryptography.hazmat.primitives import constant_time
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.cmac import CMAC
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.x963kdf import X963KDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

Transmit = Callable[[bytes], bytes]

_SELECT = bytes.fromhex("00A404000D A000000809434343444B417631 00")
_SUCCEEDED = bytes.fromhex("803C0100")
_INTERFACE, _VERSION = b"\x5e", bytes.fromhex("5C020100")
_VEHICLE_USAGE, _DEVICE_USAGE = bytes.fromhex("9304415D9569"), bytes.fromhex("93044E887B4C")
_CURVE, _ECDSA = ec.SECP256R1(), ec.ECDSA(SHA256())


@dataclass
class Floor:
    """One vehicle and one device key. ``standard`` comes before ``fast``: it leaves the secret."""

    transmit: Transmit
    identifier: bytes
    vehicle: ec.EllipticCurvePrivateKey
    device: bytes  # point
    persistent: bytes = b""

    def __post_init__(self) -> None:
        self._device = ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, self.device)
        self._vehicle_x = _point(self.vehicle)[1:33]

    def standard(self) -> int:
        """SELECT, AUTH0, AUTH1, EXCHANGE (the mailbox's signals), CONTROL FLOW."""
        own, own_x, transaction, answer = self._begin(b"\x04\x03")
        peer_x = answer[3:35]
        signed = b"\x4d\x08%b\x86\x20%b\x87\x20%b\x4c\x10%b" % (
            self.identifier,
            peer_x,
            own_x,
            transaction,
        )
        r, s = decode_dss_signature(self.vehicle.sign(signed + _VEHICLE_USAGE, _ECDSA))
        signature = r.to_bytes(32, "big") + s.to_bytes(32, "big")
        body = self._ask(b"\x80\x81\x00\x00\x42\x9e\x40" + signature + b"\x00")
        peer = ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, answer[2:67])
        shared = own.exchange(ec.ECDH(), peer)
        shared = X963KDF(SHA256(), 32, transaction).derive(shared)
        head, tail = own_x + peer_x + transaction + _INTERFACE + b"\x04\x03", _VERSION
        keys = _hkdf(shared, head + b"Volatile" + tail, 48)
        self.persistent = _hkdf(shared, head + b"Persistent" + tail, 32)
        plain = _opened(keys, bytes(16), 0, body)
        proof = encode_dss_signature(
            int.from_bytes(plain[2:34], "big"), int.from_bytes(plain[34:66], "big")
        )
        self._device.verify(proof, signed + _DEVICE_USAGE, _ECDSA)
        signals = self._exchange(keys, b"\x87\x04\x00\x00\x00\x01")
        self._ask(_SUCCEEDED)
        return signals[2]

    def fast(self) -> None:
        """SELECT, AUTH0 with the cryptogram, CONTROL FLOW."""
        _own, own_x, transaction, answer = self._begin(b"\x01\x01")
        context = (
            self._vehicle_x
            + b"VolatileFast"
            + self.identifier
            + self.device[1:33]
            + _INTERFACE
            + _VERSION
            + own_x
            + transaction
            + b"\x01\x01"
            + answer[3:35]
        )
        ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, answer[2:67])
        keys = _hkdf(self.persistent, context, 64)
        assert constant_time.bytes_eq(keys[:16], answer[69:85])
        self._ask(_SUCCEEDED)

    def _begin(self, flag: bytes) -> tuple[ec.EllipticCurvePrivateKey, bytes, bytes, bytes]:
        assert self._ask(_SELECT)[2:4] == b"\x01\x00"
        own, transaction = ec.generate_private_key(_CURVE), os.urandom(16)
        point = _point(own)
        data = b"\x5c\x02\x01\x00\x87\x41%b\x4c\x10%b\x4d\x08%b" % (
            point,
            transaction,
            self.identifier,
        )
        answer = self._ask(b"\x80\x80" + flag + bytes((len(data),)) + data + b"\x00")
        return own, point[1:33], transaction, answer

    def _exchange(self, keys: bytes, plain: bytes) -> bytes:
        padded = plain + b"\x80" + bytes(-(len(plain) + 1) % 16)
        body = _cbc(keys, 0, 1).encryptor().update(padded)
        mac = _cmac(keys[16:32], bytes(16) + body)
        data = body + mac[:8]
        command = b"\x84\xc9\x00\x00" + bytes((len(data),)) + data + b"\x00"
        return _opened(keys, mac, 1, self._ask(command))

    def _ask(self, apdu: bytes) -> bytes:
        answer = self.transmit(apdu)
        assert answer[-2:] == b"\x90\x00", answer[-2:].hex()
        return answer[:-2]


def _opened(keys: bytes, chaining: bytes, counter: int, answer: bytes) -> bytes:
    body, mac = answer[:-8], answer[-8:]
    assert constant_time.bytes_eq(_cmac(keys[32:48], chaining + body)[:8], mac)
    return _cbc(keys, 0x80, counter).decryptor().update(body).rstrip(b"\x00")[:-1]


def _cbc(keys: bytes, direction: int, counter: int) -> Cipher[modes.CBC]:
    block = bytes((direction, *bytes(14), counter))
    cipher = Cipher(algorithms.AES(keys[:16]), modes.ECB())  # noqa: S305 - a single block
    iv = cipher.encryptor().update(block)
    return Cipher(algorithms.AES(keys[:16]), modes.CBC(iv))


def _cmac(key: bytes, data: bytes) -> bytes:
    mac = CMAC(algorithms.AES(key))
    mac.update(data)
    return mac.finalize()


def _hkdf(secret: bytes, info: bytes, size: int) -> bytes:
    return HKDF(SHA256(), size, salt=None, info=info).derive(secret)


def _point(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
