"""Primitives: P-256, ECDSA, X9.63 KDF, HKDF, AES. The only door to ``cryptography``.

Points are 65 bytes, uncompressed; signatures are raw r then s, 32 bytes each.
"""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature
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

from rig.digital_key.errors import BadSignature, Malformed
from rig.digital_key.secrets import Secret

POINT_SIZE, SCALAR_SIZE, SIGNATURE_SIZE, BLOCK = 65, 32, 64, 16
_CURVE = ec.SECP256R1()
_ECDSA = ec.ECDSA(SHA256())
_ECDH = ec.ECDH()


class PublicKey:
    """A point on P-256."""

    __slots__ = ("_key", "point")

    def __init__(self, point: bytes) -> None:
        """Raises Malformed for anything but an uncompressed point on the curve."""
        if len(point) != POINT_SIZE or point[0] != 4:
            raise Malformed(f"{len(point)} bytes are no uncompressed P-256 point")
        try:
            self._key = ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, point)
        except ValueError as exc:
            raise Malformed("the point is not on P-256") from exc
        self.point = point

    @property
    def x(self) -> bytes:
        """The x coordinate, 32 bytes: what key schedule and signatures use."""
        return self.point[1:33]

    def verify(self, signature: bytes, message: bytes) -> None:
        """Check an ECDSA-SHA256 signature; raises BadSignature."""
        if len(signature) != SIGNATURE_SIZE:
            raise BadSignature(f"{len(signature)} bytes are no signature")
        r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
        try:
            self._key.verify(encode_dss_signature(r, s), message, _ECDSA)
        except InvalidSignature as exc:
            raise BadSignature("the signature does not verify") from exc

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PublicKey) and other.point == self.point

    def __hash__(self) -> int:
        return hash(self.point)

    def __repr__(self) -> str:
        return f"PublicKey({self.point.hex()})"


class PrivateKey:
    """A P-256 key pair; does not print its secret half."""

    __slots__ = ("_key", "public")

    def __init__(self, key: ec.EllipticCurvePrivateKey) -> None:
        self._key = key
        encoded = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.public = PublicKey(encoded)

    @classmethod
    def generate(cls) -> PrivateKey:
        """A fresh random key pair."""
        return cls(ec.generate_private_key(_CURVE))

    @classmethod
    def from_bytes(cls, scalar: bytes) -> PrivateKey:
        """The key pair of a 32-byte scalar; raises Malformed when it is out of range."""
        if len(scalar) != SCALAR_SIZE:
            raise Malformed(f"{len(scalar)} bytes are no P-256 scalar")
        try:
            return cls(ec.derive_private_key(int.from_bytes(scalar, "big"), _CURVE))
        except ValueError as exc:
            raise Malformed("the scalar is out of range") from exc

    def agree(self, peer: PublicKey) -> Secret:
        """ECDH: the x coordinate of the shared point, 32 bytes."""
        return Secret(self._key.exchange(_ECDH, peer._key))  # noqa: SLF001 - same module, same type

    def sign(self, message: bytes) -> bytes:
        """ECDSA-SHA256, raw r then s."""
        r, s = decode_dss_signature(self._key.sign(message, _ECDSA))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    def __repr__(self) -> str:
        return f"PrivateKey(public={self.public.point.hex()})"


def x963_kdf(secret: bytes, shared_info: bytes, size: int) -> Secret:
    """ANSI X9.63 KDF with SHA-256."""
    return Secret(X963KDF(SHA256(), size, shared_info).derive(secret))


def hkdf(secret: bytes, info: bytes, size: int) -> Secret:
    """HKDF-SHA256 without salt (RFC 5869)."""
    return Secret(HKDF(SHA256(), size, salt=None, info=info).derive(secret))


def cmac(key: bytes, message: bytes) -> bytes:
    """AES-CMAC, all 16 bytes (NIST SP 800-38B)."""
    mac = CMAC(algorithms.AES(key))
    mac.update(message)
    return mac.finalize()


def aes_block(key: bytes, block: bytes) -> bytes:
    """One AES block, enciphered."""
    cipher = Cipher(algorithms.AES(key), modes.ECB())  # noqa: S305 - a single block
    return cipher.encryptor().update(block)


def cbc_encipher(key: bytes, iv: bytes, data: bytes) -> bytes:
    """AES-CBC over whole blocks."""
    return Cipher(algorithms.AES(key), modes.CBC(iv)).encryptor().update(data)


def cbc_decipher(key: bytes, iv: bytes, data: bytes) -> bytes:
    """AES-CBC over whole blocks, backwards; raises Malformed for a broken block."""
    if len(data) % BLOCK:
        raise Malformed(f"{len(data)} bytes are not whole cipher blocks")
    return Cipher(algorithms.AES(key), modes.CBC(iv)).decryptor().update(data)


def same(left: bytes, right: bytes) -> bool:
    """Compare in constant time."""
    return constant_time.bytes_eq(left, right)
