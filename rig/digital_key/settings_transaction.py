"""Settings that every transaction with the applet has a part in."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Literal

from rig.digital_key.settings_fields import TRANSACTION, setting

_setting = partial(setting, of=TRANSACTION)


@dataclass(frozen=True)
class TransactionSettings:
    """See ``rig.digital_key.settings``, which is the door to them."""

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
