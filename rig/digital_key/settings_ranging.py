"""Settings that only passive entry has a part in: Bluetooth LE, ranging, remote functions."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Literal

from rig.digital_key.settings_fields import RANGING, setting

_setting = partial(setting, of=RANGING)


@dataclass(frozen=True)
class RangingSettings:
    """See ``rig.digital_key.settings``, which is the door to them."""

    first_approach_protection: Literal["none"] = _setting(
        "none",
        "gap",
        "How Kble_oob protects First_Approach is not public: it travels in plain, and the bond is "
        "kept only when the transaction that follows has proved the key.",
    )
    ursk_derivation: Literal["volatile_tail"] = _setting(
        "volatile_tail",
        "inferred",
        "The URSK is bytes 48 to 80 of the volatile key material; from 48 + 32 = 80.",
    )
    ranging_key_class: int = _setting(
        0x80,
        "inferred",
        "Class of CREATE RANGING KEY; the sources say 80 or 84. With 84 it travels through the "
        "secure channel.",
    )
    interface_ble: int = _setting(
        0x5E, "gap", "The interface byte of the key schedule over Bluetooth LE; that of NFC is 5E."
    )
    intent_configuration: int = _setting(
        1,
        "inferred",
        "IntentConfiguration of the owner pairing advert; one source calls 1 an intent for the "
        "vehicle, another calls 0 begun by the user and 1 no intent (C5).",
        most=1,
    )
    setup_packing: Literal["separate"] = _setting(
        "separate",
        "inferred",
        "Ranging_Session_RQ and its answers carry channel and hopping in octets of their own; a "
        "later revision packs them, with a channel mask of 5 bits (C6).",
    )
    ranging_intent_codes: Literal["from_one", "from_zero"] = _setting(
        "from_one",
        "inferred",
        "Low, medium and high ranging intent are 1, 2, 3 in one source, 0, 1, 2 in another (C7).",
    )
    time_sync_order: Literal["big", "little"] = _setting(
        "big",
        "inferred",
        "Byte order of the two stamps of Time_Sync: captures are big-endian, one sample copies its "
        "little-endian numbers (C8).",
    )
    time_uncertainty_coding: Literal["eighth_power"] = _setting(
        "eighth_power",
        "inferred",
        "UWB_Device_Time_Uncertainty x means 2^(x/8) microseconds: the captured 6F gives 15 ms.",
    )
    hop_modulus: int = _setting(
        65521,
        "inferred",
        "P of the default hopping sequence; that of one public responder, the largest prime below "
        "2^16. With 65537 some blocks would fall into a round that does not exist.",
        most=0xFFFFFFFF,
    )
    rke_signed_data: Literal["challenge_function_action"] = _setting(
        "challenge_function_action",
        "inferred",
        "A remote function is signed by ECDSA with SHA-256 over challenge, function and action.",
    )
    rke_status_layout: Literal["execution_7f71", "execution_7f72"] = _setting(
        "execution_7f71",
        "inferred",
        "The element in which a vehicle reports how a remote function ended, with function 80, "
        "action 81 and status 82. A public vehicle stack sends 7F71; notes also name 7F72.",
    )
