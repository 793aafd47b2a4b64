"""Ed25519 keys that sign manifests. The only door of the reports to ``cryptography``.

A private key is a PKCS #8 PEM file that only its owner may read. Beside it lies the public half,
``NAME.pub``: canonical JSON with the key, whose it is, and from when until when it may sign. Who
verifies keeps the public files of those whom they trust; nothing in a run folder is trusted.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import stat
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from reports.errors import ReportError
from reports.sealing.manifest import canonical, is_sealed, parse_canonical, show
from rig.records.journal import JOURNAL

FORMAT, VERSION, ALGORITHM = "digital-key-rig/public-key", 1, "Ed25519"
PUBLIC_SUFFIX = ".pub"
_FIELDS = frozenset(
    {"algorithm", "format", "key", "key_id", "not_after", "not_before", "owner", "version"}
)
SOURCE_TREE = Path(__file__).resolve().parents[2]
LARGEST_KEY = 65536  # bytes; a file beyond it is no private key
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, slots=True)
class TrustedKey:
    """A public key, whose it is, and the period in which its signatures count."""

    octets: bytes  # 32, RFC 8032
    owner: str
    not_before: datetime
    not_after: datetime

    @property
    def key_id(self) -> str:
        """The first half of the SHA-256 of the public key, in hex."""
        return hashlib.sha256(self.octets).hexdigest()[:32]

    def is_valid_at(self, moment: datetime) -> bool:
        """Whether its signatures count at a moment."""
        return self.not_before <= moment <= self.not_after

    def has_signed(self, message: bytes, signature: bytes) -> bool:
        """Whether a signature over a message is by this key."""
        try:
            Ed25519PublicKey.from_public_bytes(self.octets).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


class SigningKey:
    """A private key with its public half. Neither ``str`` nor ``repr`` shows it."""

    __slots__ = ("_key", "public")

    def __init__(self, key: Ed25519PrivateKey, public: TrustedKey) -> None:
        self._key = key
        self.public = public

    def sign(self, message: bytes) -> bytes:
        """The 64 bytes of an Ed25519 signature; the same message gives the same bytes."""
        return self._key.sign(message)


def make_key(path: Path, owner: str, not_before: datetime, not_after: datetime) -> TrustedKey:
    """Write a new private key with mode 0600 and its public half; both files must be new.

    Raises ReportError when a file exists or cannot be written, and for a place whose files are
    passed on: a run folder, or the source tree of the rig.
    """
    _refuse_shared(path)
    key = Ed25519PrivateKey.generate()
    octets = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    public = TrustedKey(octets, owner, not_before, not_after)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    _create(path, private, 0o600)
    try:
        _create(_public_path(path), _encode(public), 0o644)
    except ReportError:
        path.unlink()  # half a pair is of no use
        raise
    return public


def _refuse_shared(path: Path) -> None:
    for folder in path.resolve().parents:
        if folder == SOURCE_TREE:
            where = "the source tree of the rig"
        elif (folder / JOURNAL).exists() or is_sealed(folder):
            where = "a run folder"
        else:
            continue
        raise ReportError(f"{show(str(path))} is in {where}; a private key lies elsewhere")


def _create(path: Path, octets: bytes, mode: int) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with open(descriptor, "wb") as file:
            file.write(octets)
    except FileExistsError as exc:
        raise ReportError(f"{show(str(path))} exists; a key is never overwritten") from exc
    except OSError as exc:
        raise ReportError(f"{show(str(path))} cannot be written: {exc.strerror}") from exc


def _public_path(path: Path) -> Path:
    return path.with_name(path.name + PUBLIC_SUFFIX)


def load_signing_key(path: Path) -> SigningKey:
    """Read a private key and the public half beside it.

    Raises ReportError when a file is missing, others may read the private key, or they do not fit.
    """
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_mode & _OTHERS:
                raise ReportError(f"{show(str(path))} can be read by others; chmod 600 it")
            key = load_pem_private_key(file.read(), password=None)
    except OSError as exc:
        raise ReportError(f"{show(str(path))} cannot be read: {exc.strerror}") from exc
    except (ValueError, TypeError, UnsupportedAlgorithm):
        # Without the cause: what a parser says of a private key is nobody's to read.
        raise ReportError(f"{show(str(path))} is no private key in PEM") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise ReportError(f"{show(str(path))} is no {ALGORITHM} key")
    public = load_trusted_key(_public_path(path))
    if key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw) != public.octets:
        raise ReportError(f"{show(str(_public_path(path)))} is of another key")
    return SigningKey(key, public)


def is_private_key(path: Path) -> bool:
    """Whether a regular file is a private key that could sign manifests; raises ReportError."""
    try:
        about = path.lstat()
        if not stat.S_ISREG(about.st_mode) or about.st_size > LARGEST_KEY:
            return False
        octets = path.read_bytes()
    except OSError as exc:
        raise ReportError(f"{show(str(path))} cannot be read: {exc.strerror}") from exc
    if b"PRIVATE KEY-----" not in octets:
        return False
    try:
        return isinstance(load_pem_private_key(octets, password=None), Ed25519PrivateKey)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return False


def load_trusted(places: tuple[Path, ...]) -> tuple[TrustedKey, ...]:
    """The keys of public files, and of all ``*.pub`` files of folders; raises ReportError."""
    files = [
        path
        for place in places
        for path in (sorted(place.glob(f"*{PUBLIC_SUFFIX}")) if place.is_dir() else [place])
    ]
    return tuple(map(load_trusted_key, files))


def load_trusted_key(path: Path) -> TrustedKey:
    """Read one public file; raises ReportError."""
    try:
        octets = path.read_bytes()
    except OSError as exc:
        raise ReportError(f"{show(str(path))} cannot be read: {exc.strerror}") from exc
    body = parse_canonical(octets, show(str(path)), _FIELDS)
    try:
        key = _decode(body)
    except (ValueError, TypeError, KeyError) as exc:
        raise ReportError(f"{show(str(path))} is no public key of the rig: {exc}") from exc
    return key


def _encode(key: TrustedKey) -> bytes:
    return canonical(
        {
            "algorithm": ALGORITHM,
            "format": FORMAT,
            "key": base64.b64encode(key.octets).decode("ascii"),
            "key_id": key.key_id,
            "not_after": key.not_after.isoformat(),
            "not_before": key.not_before.isoformat(),
            "owner": key.owner,
            "version": VERSION,
        }
    )


def _decode(body: dict[str, Any]) -> TrustedKey:
    """Raises ValueError or TypeError for what is no public key."""
    if (body["format"], body["version"], body["algorithm"]) != (FORMAT, VERSION, ALGORITHM):
        raise ValueError("its format is unknown")
    if not isinstance(body["owner"], str):
        raise TypeError("its owner is no text")
    moments = [datetime.fromisoformat(body[name]) for name in ("not_before", "not_after")]
    if any(moment.tzinfo is None for moment in moments):
        raise ValueError("its period has no time zone")
    key = TrustedKey(unpack(body["key"], 32), body["owner"], *moments)
    if key.key_id != body["key_id"]:
        raise ValueError("its key does not have its id")
    return key


def unpack(text: Any, size: int) -> bytes:
    """Base64 of exactly ``size`` bytes; raises ValueError or TypeError."""
    try:
        octets = base64.b64decode(text, validate=True)
    except binascii.Error as exc:
        raise ValueError("it is no base64") from exc
    if len(octets) != size:
        raise ValueError(f"it is {len(octets)} bytes rather than {size}")
    return octets
