"""A Home Key reader that owes nothing to this project: cryptography and the public facts only.

Written from sections 1.4, 4, 5 and 9 of the public notes. Its ``Form`` also speaks the CCC
layout, so that the same independent eyes look at both profiles. Anything it does not expect is a
ReaderError.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.cmac import CMAC
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.x963kdf import X963KDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

P256 = ec.SECP256R1()


class ReaderError(Exception):
    """The device did not do what the facts say it does."""


@dataclass(frozen=True)
class Form:
    """What tells the siblings apart on the wire and in the key derivation."""

    aid: str
    offered: str  # value of 5C in the SELECT answer
    version: str
    lists_device_versions: bool  # a second 5C in the derivation context
    code: int = 1
    mac_over_header: bool = False


HOME_KEY = Form("A0000008580101", "02000100", "0200", lists_device_versions=True)
CCC = Form("A000000809434343444B417631", "0100", "0100", lists_device_versions=False)


@dataclass(frozen=True)
class Device:
    """A device the reader has identified."""

    slot: bytes
    persistent: bytes
    mailboxes: Mapping[int, bytes]


class Reader:
    """One reader in front of one device; ``send`` carries an APDU and returns the answer."""

    def __init__(
        self,
        send: Callable[[bytes], bytes],
        key: ec.EllipticCurvePrivateKey,
        identifier: bytes,
        form: Form = HOME_KEY,
    ) -> None:
        self.send, self.key, self.identifier, self.form = send, key, identifier, form
        self.ephemeral = ec.generate_private_key(P256)
        self.transaction_id = os.urandom(16)
        self.status = 0
        self.flag = b""
        self.device_point = b""
        self._keys = (b"", b"", b"")
        self._chain, self._counter = bytes(16), 0

    # --- commands -----------------------------------------------------------------------------

    def select(self) -> None:
        aid = bytes.fromhex(self.form.aid)
        answer = self._send(bytes.fromhex("00A40400") + _lv(aid) + b"\x00")
        _expect(answer == bytes.fromhex("5C%02X" % (len(self.form.offered) // 2)) + self._offered)

    def auth0(self, *, fast: bool, p1: int = 0) -> bytes | None:
        """Send AUTH0; return the cryptogram, if one came."""
        self.flag = bytes((p1 | fast, self.form.code))
        data = b"\x5c\x02" + self._version + b"\x87\x41" + point(self.ephemeral)
        data += b"\x4c\x10" + self.transaction_id + b"\x4d" + _lv(self.identifier)
        answer = dict(elements(self._send(b"\x80\x80" + self.flag + _lv(data) + b"\x00")))
        self.device_point = answer.pop(0x86)
        cryptogram = answer.pop(0x9D, None)
        _expect(not answer and len(self.device_point) == 65)
        return cryptogram

    def auth1(self, devices: Mapping[bytes, bytes]) -> Device:
        """Prove the reader, then identify the device among ``devices`` (slot to point)."""
        r, s = utils.decode_dss_signature(
            self.key.sign(self.signed_bytes("415D9569"), ec.ECDSA(SHA256()))
        )
        data = b"\x9e\x40" + r.to_bytes(32, "big") + s.to_bytes(32, "big")
        sealed = self._send(b"\x80\x81\x00\x00" + _lv(data) + b"\x00")
        persistent = self._derive_standard()
        answer = dict(elements(self._open(sealed)))
        slot = answer.pop(0x4E)
        _expect(slot in devices, f"slot {slot.hex()} is not known")
        _verify(devices[slot], answer.pop(0x9E), self.signed_bytes("4E887B4C"))
        return Device(slot, persistent, answer)

    def match_fast(self, cryptogram: bytes, persistent: bytes, device_point: bytes) -> bool:
        """Whether the cryptogram is this device's; opens the channel if so."""
        info = point(self.key)[1:33] + b"VolatileFast" + self.identifier + device_point[1:33]
        info += b"\x5e"
        if self.form.lists_device_versions:
            info += b"\x5c" + _lv(self._offered)
        info += b"\x5c\x02" + self._version + point(self.ephemeral)[1:33] + self.transaction_id
        info += self.flag + self.device_point[1:33]
        okm = HKDF(SHA256(), 64, None, info).derive(persistent)
        self._keys = (okm[16:32], okm[32:48], okm[48:64])
        self._chain, self._counter = bytes(16), 1
        return cryptogram == okm[:16]

    def exchange(self, plaintext: bytes) -> bytes:
        """A secured EXCHANGE."""
        return self._open(self._send(self.sealed_exchange(plaintext)))

    def control_flow(self, p1: int, p2: int) -> None:
        _expect(self._send(bytes((0x80, 0x3C, p1, p2))) == b"")

    # --- bytes --------------------------------------------------------------------------------

    def signed_bytes(self, usage: str) -> bytes:
        """What AUTH1 signatures cover."""
        signed = b"\x4d" + _lv(self.identifier) + b"\x86\x20" + self.device_point[1:33]
        signed += b"\x87\x20" + point(self.ephemeral)[1:33]
        return signed + b"\x4c\x10" + self.transaction_id + b"\x93\x04" + bytes.fromhex(usage)

    def sealed_exchange(self, plaintext: bytes) -> bytes:
        """The APDU of an EXCHANGE; moves the chaining value on."""
        enc, mac, _ = self._keys
        sealed = b""
        if plaintext:
            padded = plaintext + b"\x80" + bytes(15 - len(plaintext) % 16)
            sealed = _cbc(enc, self._iv(0)).encryptor().update(padded)
        size = len(sealed) + 8
        short = size < 256
        lc = bytes((size,)) if short else b"\x00" + size.to_bytes(2, "big")
        header = b"\x84\xc9\x00\x00"
        covered = header + lc if self.form.mac_over_header else b""
        self._chain = _cmac(mac, self._chain, covered, sealed)
        return header + lc + sealed + self._chain[:8] + (b"\x00" if short else b"\x00\x00")

    def _open(self, answer: bytes) -> bytes:
        enc, _, rmac = self._keys
        sealed, tag = answer[:-8], answer[-8:]
        trailer = b"\x90\x00" if self.form.mac_over_header else b""
        _expect(tag == _cmac(rmac, self._chain, sealed, trailer)[:8], "the R-MAC is wrong")
        plain = _cbc(enc, self._iv(0x80)).decryptor().update(sealed) if sealed else b"\x80"
        self._counter += 1
        body, _, rest = plain.rpartition(b"\x80")
        _expect(not any(rest) and len(rest) < 16, "the padding is wrong")
        return body

    def _iv(self, first: int) -> bytes:
        block = bytes((first, *bytes(14), self._counter))
        cipher = Cipher(algorithms.AES(self._keys[0]), modes.ECB())  # noqa: S305 - one block
        return cipher.encryptor().update(block)

    def _derive_standard(self) -> bytes:
        device = ec.EllipticCurvePublicKey.from_encoded_point(P256, self.device_point)
        agreed = self.ephemeral.exchange(ec.ECDH(), device)
        kdh = X963KDF(SHA256(), 32, self.transaction_id).derive(agreed)
        head = point(self.ephemeral)[1:33] + self.device_point[1:33] + self.transaction_id
        head += b"\x5e" + self.flag
        tail = b"\x5c\x02" + self._version
        if self.form.lists_device_versions:
            tail += b"\x5c" + _lv(self._offered)
        okm = HKDF(SHA256(), 48, None, head + b"Volatile" + tail).derive(kdh)
        self._keys = (okm[:16], okm[16:32], okm[32:])
        self._chain, self._counter = bytes(16), 0
        return HKDF(SHA256(), 32, None, head + b"Persistent" + tail).derive(kdh)

    @property
    def _version(self) -> bytes:
        return bytes.fromhex(self.form.version)

    @property
    def _offered(self) -> bytes:
        return bytes.fromhex(self.form.offered)

    def _send(self, apdu: bytes) -> bytes:
        answer = self.send(apdu)
        _expect(len(answer) >= 2, "no status word")
        data = answer[:-2]
        while answer[-2] == 0x61:
            answer = self.send(b"\x00\xc0\x00\x00" + answer[-1:])
            data += answer[:-2]
        self.status = int.from_bytes(answer[-2:], "big")
        _expect(self.status == 0x9000, f"{apdu[1]:02X} was refused with {self.status:04X}")
        return data


def point(key: ec.EllipticCurvePrivateKey) -> bytes:
    """The public half, 65 bytes."""
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def elements(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Elements with a tag of one byte and a length below 256."""
    while data:
        start = 3 if data[1] == 0x81 else 2
        end = start + data[start - 1]
        _expect(data[1] < 0x82 and len(data) >= end, "an element is cut off")
        yield data[0], data[start:end]
        data = data[end:]


def _verify(device_point: bytes, signature: bytes, message: bytes) -> None:
    key = ec.EllipticCurvePublicKey.from_encoded_point(P256, device_point)
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    try:
        key.verify(utils.encode_dss_signature(r, s), message, ec.ECDSA(SHA256()))
    except InvalidSignature as exc:
        raise ReaderError("the device's signature is wrong") from exc


def _cbc(key: bytes, iv: bytes) -> Cipher[modes.CBC]:
    return Cipher(algorithms.AES(key), modes.CBC(iv))


def _cmac(key: bytes, *parts: bytes) -> bytes:
    mac = CMAC(algorithms.AES(key))
    mac.update(b"".join(parts))
    return mac.finalize()


def _lv(value: bytes) -> bytes:
    return bytes((len(value),)) + value


def _expect(met: bool, what: str = "the answer has another form") -> None:
    if not met:
        raise ReaderError(what)
