"""Protocol settings: one named value for each fact that is inferred or not public at all.

The vehicle and the virtual devices read the same settings, so a wrong guess here passes on both
sides; that is why a report lists every one of them as an assumption. A setting with a single value
has no known alternative; it stands here to be listed all the same. A bench file overrides them by
name (``vehicle: settings:``) once a customer or the specification says better.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import partial
from typing import Any, Literal, get_args, get_origin, get_type_hints

TRANSACTION, PAIRING = "transaction", "pairing"


def _setting(
    default: Any,
    mark: Literal["inferred", "gap"],
    why: str,
    most: int = 0xFF,
    of: str = TRANSACTION,
) -> Any:
    """A field with its mark and reason; ``most`` is the largest value a number may have.

    ``of`` is what the setting has a part in: a report lists what the run used.
    """
    return field(default=default, metadata={"mark": mark, "why": why, "most": most, "of": of})


_pairing = partial(_setting, of=PAIRING)


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings at their defaults. Facts are those of the public notes on CCC-TS-101."""

    mac_covers: Literal["data", "header_and_status"] = _setting(
        "data",
        "inferred",
        "Readers that work with real phones MAC the ciphertext only; GlobalPlatform SCP03 also "
        "covers the command header and the status word. Public notes on CCC are silent.",
    )
    channel_counter_start: int = _setting(
        0,
        "inferred",
        "The AUTH1 response uses counter 0 and the first EXCHANGE counter 1 in Home Key; CCC only "
        "says that the first command of the pairing channel uses 1.",
    )
    fast_channel_counter_start: int = _setting(
        1,
        "inferred",
        "Counter of the first EXCHANGE after a fast transaction, which has no AUTH1 answer to use "
        "up the one before it.",
    )
    shared_secret_kdf: Literal["x963_sha256", "plain"] = _setting(
        "x963_sha256",
        "inferred",
        "Home Key derives Kdh by X9.63 from the ECDH result and the transaction identifier; for "
        "CCC it is only said that both go in.",
    )
    interface_contactless: int = _setting(
        0x5E, "inferred", "The interface byte of the key schedule is sourced for Home Key only."
    )
    ranging_key_precomputed: bool = _setting(
        False,
        "inferred",
        "With precomputation the volatile key material has 80 bytes instead of 48; which "
        "transactions do so is not public.",
    )
    unknown_vehicle: Literal["refuse", "dummy"] = _setting(
        "refuse",
        "gap",
        "How AUTH0 answers a vehicle identifier the device does not know: an error, or random "
        "values that reveal nothing.",
    )
    unknown_vehicle_status: int = _setting(
        0x6A88,
        "gap",
        "The status word of that refusal. Lists of status words are not public.",
        most=0xFFFF,
    )
    bad_vehicle_signature_status: int = _setting(
        0x6982,
        "gap",
        "The status word with which AUTH1 refuses a vehicle's signature.",
        most=0xFFFF,
    )
    fast_without_secret: Literal["omit", "dummy"] = _setting(
        "omit",
        "gap",
        "What a device that never met the vehicle puts in tag 9D when a fast transaction is asked "
        "for: nothing, or random bytes.",
    )
    get_response_cla: int = _setting(
        0x00, "inferred", "Class of GET RESPONSE outside a secure channel (ISO/IEC 7816-4)."
    )
    exchange_read_tag: int = _setting(
        0x87, "inferred", "EXCHANGE tags are not public for CCC; these are those of Aliro."
    )
    exchange_write_tag: int = _setting(0x8A, "inferred", "As exchange_read_tag.")
    exchange_set_tag: int = _setting(0x95, "inferred", "As exchange_read_tag.")
    exchange_answer: Literal["parts_then_status"] = _setting(
        "parts_then_status",
        "inferred",
        "Layout of an EXCHANGE answer: each part behind its length in two bytes, a status of two "
        "bytes as the last part. It is Aliro's.",
    )
    exchange_confidential_tag: int = _setting(
        0x8F,
        "gap",
        "The operation that stores an immobilizer token in the confidential mailbox; the lab's own "
        "tag, its value is the token.",
    )
    mailbox_size: int = _setting(
        1024,
        "gap",
        "Size of the private mailbox; its layout travels in tag 7F4D at pairing.",
        most=0xFFFF,
    )
    mailbox_signal_offset: int = _setting(
        0, "gap", "Where SigBmp lies in the private mailbox.", most=0xFFFF
    )
    mailbox_slots_offset: int = _setting(1, "gap", "Where SlotIdentBmp lies.", most=0xFFFF)
    mailbox_slot_list_offset: int = _setting(
        2, "gap", "Where SlotIdentLst lies: 8 identifiers of 8 bytes.", most=0xFFFF
    )
    mailbox_package_offset: int = _setting(
        66,
        "gap",
        "Where the attestation package lies, after 8 slot identifiers of 8 bytes.",
        most=0xFFFF,
    )
    mailbox_receipt_offset: int = _setting(
        640, "gap", "Where the device puts the key server's receipt for the vehicle.", most=0xFFFF
    )
    mailbox_attestation_bit: int = _setting(
        1,
        "gap",
        "The bit of SigBmp that tells of an attestation package; bit 0, slots to be refilled, is "
        "public.",
        most=7,
    )
    attestation_layout: Literal["lab_tlv"] = _setting(
        "lab_tlv",
        "gap",
        "The layout of the friend's attestation package; the lab's own (rig.digital_key."
        "attestation) holds what the sources name: key, rights, validity, slot, vehicle.",
    )
    receipt_layout: Literal["lab_tlv"] = _setting(
        "lab_tlv", "gap", "The layout of the key server's receipt; the lab's own, as above."
    )
    friend_token: Literal["at_activation"] = _setting(
        "at_activation",
        "gap",
        "How a friend's device gets its immobilizer token: the vehicle writes it when the key is "
        "activated on its screen.",
    )
    exchange_after_fast: Literal["announce", "at_once"] = _setting(
        "announce",
        "inferred",
        "Whether a vehicle that asked for a fast transaction (P1 01) and fell back to a standard "
        "one may EXCHANGE, or has to begin anew with P1 04: a friend's first use at the handle.",
    )
    key_card_application: Literal["applet"] = _setting(
        "applet", "gap", "Which application a key card answers to; assumed to be the phone's."
    )
    presence_check: Literal["reader"] = _setting(
        "reader",
        "gap",
        "PRESENCE0/1 have no public bytes: a key counts as present while the reader sees the same "
        "activation in its field.",
    )
    pairing_brand: int = _pairing(
        0x0003,
        "gap",
        "The vehicle brand in tag D6; this is the value of a published sample of another brand.",
        most=0xFFFF,
    )
    write_data_packing: Literal["stream", "element"] = _pairing(
        "stream",
        "inferred",
        "How elements longer than one command are cut at pairing: as one stream of full commands, "
        "or so that every element begins a command of its own.",
    )
    endpoint_creation_data: Literal["vehicle_and_slot"] = _pairing(
        "vehicle_and_slot",
        "gap",
        "The layout inside 7F4A is not public; the lab's own holds vehicle identifier and slot.",
    )
    mailbox_mapping: Literal["offsets"] = _pairing(
        "offsets",
        "gap",
        "The layout inside 7F4D is not public; the lab's own holds size and three offsets.",
    )
    device_configuration: Literal["ble_and_profiles"] = _pairing(
        "ble_and_profiles",
        "inferred",
        "Only 7F49 (Bluetooth address and key) and D9 (profiles) of 7F4E are public.",
    )
    device_chain_order: Literal["leaf_first", "root_first"] = _pairing(
        "leaf_first",
        "gap",
        "Which of 7F20, 7F22 and 7F24 holds the device's, which the authorities' certificates.",
    )
    absent_certificate: Literal["empty"] = _pairing(
        "empty",
        "gap",
        "How a device answers for a certificate it has not: any refusal would end the session, so "
        "with success and no data.",
    )
    vehicle_certificate_subject: Literal["vehicle_id_hex"] = _pairing(
        "vehicle_id_hex",
        "inferred",
        "What the common name of the vehicle's certificate says; its format is not public.",
    )
    pairing_attempts_forgiven: Literal["evidence", "paired"] = _pairing(
        "evidence",
        "gap",
        "When counted attempts are taken back: as soon as the device has proved the password, or "
        "only when it is paired.",
    )
    pairing_timer_1_s: int = _pairing(
        30, "gap", "First transaction of pairing. What timers 1 to 4 and X span is not public."
    )
    pairing_timer_2_s: int = _pairing(
        60, "gap", "From the first transaction to the second: the device makes its key pair."
    )
    pairing_timer_3_s: int = _pairing(30, "gap", "Second transaction of pairing.")
    pairing_timer_4_s: int = _pairing(15, "gap", "One command of pairing and its answer.")
    pairing_timer_x_s: int = _pairing(
        120, "gap", "All of pairing, from the first SELECT to its end.", most=0xFFFF
    )


class SettingError(ValueError):
    """A setting that does not exist, or a value it cannot have."""


def settings_from(overrides: Mapping[str, object]) -> Settings:
    """The defaults with some of them replaced by name. Raises SettingError."""
    hints = get_type_hints(Settings)
    most = {f.name: f.metadata["most"] for f in fields(Settings)}
    for name, value in overrides.items():
        if name not in hints:
            raise SettingError(f"no protocol setting {name!r}; there are {', '.join(hints)}")
        _check(name, value, hints[name], most[name])
    return Settings(**overrides)  # type: ignore[arg-type]  # checked above


def _check(name: str, value: object, hint: Any, most: int) -> None:
    if get_origin(hint) is Literal:
        if value not in get_args(hint):
            allowed = ", ".join(map(repr, get_args(hint)))
            raise SettingError(f"setting {name} is {value!r}; it may be {allowed}")
    elif type(value) is not hint:
        raise SettingError(f"setting {name} is {value!r}; it must be of type {hint.__name__}")
    elif isinstance(value, int) and not 0 <= value <= most:
        raise SettingError(f"setting {name} is {value}; it must be from 0 to {most}")


@dataclass(frozen=True, slots=True)
class Assumption:
    """A setting as a report states it."""

    name: str
    value: str
    mark: str
    why: str


def assumptions(settings: Settings, of: str) -> tuple[Assumption, ...]:
    """The settings of TRANSACTION or PAIRING with their values, in the order of the class."""
    return tuple(
        Assumption(f.name, _shown(getattr(settings, f.name)), f.metadata["mark"], f.metadata["why"])
        for f in fields(settings)
        if f.metadata["of"] == of
    )


def _shown(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value} (0x{value:02X})"
    return str(value)
