"""How the sources are read where they contradict themselves or say nothing.

One value for each open point; a plan chooses others by name (see reading_choices) and the report
states the choice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Literal

from rig.digital_key.errors import Malformed
from rig.digital_key.spake2plus import SALT_SIZE, Scrypt
from rig.key_server.vehicles import Artefact, Variant


class ReadingError(ValueError):
    """No such reading, or no such value for it; the message says what there is."""


class KeyKind(StrEnum):
    """With what the vehicle was used."""

    DIGITAL = "digital"
    FOB = "fob"
    CARD = "card"


class SetupKeys(StrEnum):
    """What has to lie in the vehicle before the app goes on with a set-up (AMB-14)."""

    TWO_FOBS = "two_fobs"
    FOB_AND_CARD = "fob_and_card"


_FOBS = (Artefact.FIRST_FOB, Artefact.SECOND_FOB)
SETUP_KEYS: Mapping[SetupKeys, tuple[frozenset[Artefact], ...]] = MappingProxyType(
    {
        SetupKeys.TWO_FOBS: (frozenset(_FOBS),),
        SetupKeys.FOB_AND_CARD: tuple(frozenset((fob, Artefact.SETUP_CARD)) for fob in _FOBS),
    }
)
"""What is enough by each: all of one of these."""


def _reading(default: Any, ambiguity: str, meaning: str) -> Any:
    """A field of an open point; ``ambiguity`` may name several, ``meaning`` is for the report."""
    metadata = {"ambiguities": tuple(ambiguity.split()), "meaning": meaning}
    return field(default=default, metadata=metadata)


@dataclass(frozen=True, slots=True)
class Counting:
    """What counts as a share (AMB-03). An accepted key always does, a deleted one never.

    ``scope`` account: "across all compatible devices and vehicles"; vehicle: recipients of one.
    """

    scope: Literal["vehicle", "account"] = _reading(
        "vehicle", "AMB-03", "whether the limit holds for each vehicle or for the whole account"
    )
    pending: bool = _reading(True, "AMB-03", "whether a pending invitation counts as a share")
    pre_deletion: bool = _reading(True, "AMB-03", "whether a key in pre-deletion counts as a share")
    watch_copies: bool = _reading(
        False, "AMB-03", "whether the copy of a shared key on a watch counts as a share"
    )


SHARE_LIMITS: Mapping[Variant, int] = MappingProxyType(
    {Variant.DIGITAL_KEY: 5, Variant.DIGITAL_KEY_PLUS: 18}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """All readings at their defaults. Raises ReadingError for values that mean nothing.

    ``limits`` are stated in the comparison table and FAQ 4. For ``code_tries``, the lifetimes,
    the validity of shared keys and the cost of scrypt (that of the published sample; 32768 is the
    one of the published vectors) there is no source: they are the plan's own choice.
    """

    counting: Counting = Counting()
    limits: Mapping[Variant, int] = field(default_factory=lambda: SHARE_LIMITS)
    full_function: Literal["on_acceptance", "on_screen"] = _reading(
        "on_screen",
        "AMB-04",
        "whether a shared key may start the vehicle once accepted or once activated on screen",
    )
    code_by_default: Literal["none", "phone", "vehicle", "either"] = _reading(
        "none",
        "AMB-05",
        "where the activation code is entered when the owner's phone leaves that open",
    )
    shared_keys_on_replacement: Literal["survive", "re_invite"] = _reading(
        "survive",
        "AMB-07",
        "whether shared keys outlive a new main key or end, their recipients to be invited again",
    )
    ends_pre_deletion: frozenset[KeyKind] = _reading(
        frozenset(KeyKind), "AMB-08", "whose use counts as that of another active key"
    )
    pre_deletion_use: Literal["as_before", "unlock", "nothing"] = _reading(
        "as_before", "AMB-08", "what a revoked key may do until another key is used"
    )
    deletes_in_vehicle: Literal["main_key_or_fob", "anyone"] = _reading(
        "main_key_or_fob",
        "AMB-09 AMB-34",
        "what has to lie in the vehicle when its menu deletes a key",
    )
    setup_keys: frozenset[SetupKeys] = _reading(
        frozenset(SetupKeys), "AMB-14", "with which keys in the vehicle the app goes on"
    )
    setup_card_by: Literal["model_year", "delivered"] = _reading(
        "model_year",
        "AMB-17",
        "whether the model year or what was delivered decides that set-up goes by card",
    )
    shared_keys_without_main_key: Literal["kept", "deleted"] = _reading(
        "kept", "AMB-35", "what becomes of the shared keys when the main key is deleted"
    )
    code_tries: int = 3
    invitation_lifetime: timedelta = timedelta(days=7)
    shared_key_validity: timedelta = timedelta(days=3650)
    token_lifetime: timedelta = timedelta(days=30)
    pairing_lifetime: timedelta = timedelta(minutes=30)
    scrypt_n: int = 4096
    scrypt_r: int = 8
    scrypt_p: int = 1

    def __post_init__(self) -> None:
        """Raises ReadingError."""
        if self.code_tries < 1:
            raise ReadingError(f"code_tries is {self.code_tries}; there must be one at least")
        if set(self.limits) != set(Variant) or any(n < 0 for n in self.limits.values()):
            raise ReadingError("limits must have a number from 0 for each variant")
        for name in ("invitation_lifetime", "token_lifetime", "pairing_lifetime"):
            if getattr(self, name) <= timedelta(0):
                raise ReadingError(f"{name} must be longer than nothing")
        if self.shared_key_validity < timedelta(seconds=1):
            raise ReadingError("shared_key_validity must be a second at least")
        try:
            self.scrypt(bytes(SALT_SIZE))
        except Malformed as exc:
            raise ReadingError(f"scrypt_n, scrypt_r, scrypt_p: {exc}") from exc

    def scrypt(self, salt: bytes) -> Scrypt:
        """The password hash of a new pairing."""
        return Scrypt(salt, self.scrypt_n, self.scrypt_r, self.scrypt_p)
