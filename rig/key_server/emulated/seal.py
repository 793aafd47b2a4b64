"""Secrets that are derived anew each time, so that the database holds none.

Links, tokens, passwords and codes all come from one root secret and the random identifier of what
they belong to. The database keeps that identifier, and a digest where a credential must be found.
"""

from __future__ import annotations

import hashlib

from rig.digital_key.crypto import PrivateKey, hkdf, same
from rig.digital_key.secrets import Secret

ROOT_SIZE = 32
_CODE_DIGITS, _PASSWORD_DIGITS = 6, 8
# Digits and letters that are not taken for one another when read aloud or typed.
_ALPHABET = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_MANUAL_TOKEN_SIZE = 10


class Seal:
    """Everything that follows from the root secret."""

    def __init__(self, root: Secret) -> None:
        if len(root) < ROOT_SIZE:
            raise ValueError(f"a root secret has at least {ROOT_SIZE} bytes, not {len(root)}")
        self._root = root
        self._receipt_key: PrivateKey | None = None

    def fingerprint(self) -> bytes:
        """Tells whether a database was made with this root; reveals nothing of it."""
        return bytes(self._derive("fingerprint", "", 16))

    @property
    def receipt_key(self) -> PrivateKey:
        """The key pair that signs receipts."""
        if self._receipt_key is None:
            self._receipt_key = PrivateKey.from_bytes(self._derive("receipts", "", 32))
        return self._receipt_key

    def link(self, kind: str, identifier: str) -> Secret:
        """What a link carries: 32 hexadecimal digits."""
        return Secret(self._derive(f"{kind} link", identifier, 16).hex().encode())

    def manual_token(self, token_id: str) -> Secret:
        """What a person types in at the vehicle."""
        drawn = self._derive("manual token", token_id, _MANUAL_TOKEN_SIZE)
        return Secret(bytes(_ALPHABET[byte % len(_ALPHABET)] for byte in drawn))

    def password(self, pairing_id: str) -> Secret:
        """The pairing password, digits."""
        return self._digits("password", pairing_id, _PASSWORD_DIGITS)

    def salt(self, pairing_id: str) -> bytes:
        """The salt of the pairing's scrypt; no secret."""
        return bytes(self._derive("salt", pairing_id, 16))

    def code(self, invitation_id: str) -> Secret:
        """The activation code, digits."""
        return self._digits("code", invitation_id, _CODE_DIGITS)

    def is_code(self, invitation_id: str, entered: Secret) -> bool:
        """Whether this is the invitation's code."""
        return same(self.code(invitation_id), entered)

    def _digits(self, kind: str, identifier: str, count: int) -> Secret:
        drawn = int.from_bytes(self._derive(kind, identifier, 16), "big")
        return Secret(f"{drawn % 10**count:0{count}}".encode())

    def _derive(self, kind: str, identifier: str, size: int) -> Secret:
        return hkdf(self._root, f"{kind}\0{identifier}".encode(), size)


def digest(credential: Secret) -> bytes:
    """By what a credential is found in the database."""
    return hashlib.sha256(credential).digest()
