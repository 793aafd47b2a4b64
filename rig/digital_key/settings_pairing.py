"""Settings that only owner pairing has a part in."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Literal

from rig.digital_key.settings_fields import PAIRING, setting

_setting = partial(setting, of=PAIRING)


@dataclass(frozen=True)
class PairingSettings:
    """See ``rig.digital_key.settings``, which is the door to them."""

    pairing_brand: int = _setting(
        0x0003,
        "gap",
        "The vehicle brand in tag D6; this is the value of a published sample of another brand.",
        most=0xFFFF,
    )
    write_data_packing: Literal["stream", "element"] = _setting(
        "stream",
        "inferred",
        "How elements longer than one command are cut at pairing: as one stream of full commands, "
        "or so that every element begins a command of its own.",
    )
    endpoint_creation_data: Literal["vehicle_and_slot"] = _setting(
        "vehicle_and_slot",
        "gap",
        "The layout inside 7F4A is not public; the lab's own holds vehicle identifier and slot.",
    )
    mailbox_mapping: Literal["offsets"] = _setting(
        "offsets",
        "gap",
        "The layout inside 7F4D is not public; the lab's own holds size and three offsets.",
    )
    device_configuration: Literal["ble_and_profiles"] = _setting(
        "ble_and_profiles",
        "inferred",
        "Only 7F49 (Bluetooth address and key) and D9 (profiles) of 7F4E are public.",
    )
    device_chain_order: Literal["leaf_first", "root_first"] = _setting(
        "leaf_first",
        "gap",
        "Which of 7F20, 7F22 and 7F24 holds the device's, which the authorities' certificates.",
    )
    absent_certificate: Literal["empty"] = _setting(
        "empty",
        "gap",
        "How a device answers for a certificate it has not: any refusal would end the session, so "
        "with success and no data.",
    )
    vehicle_certificate_subject: Literal["vehicle_id_hex"] = _setting(
        "vehicle_id_hex",
        "inferred",
        "What the common name of the vehicle's certificate says; its format is not public.",
    )
    pairing_attempts_forgiven: Literal["evidence", "paired"] = _setting(
        "evidence",
        "gap",
        "When counted attempts are taken back: as soon as the device has proved the password, or "
        "only when it is paired.",
    )
    pairing_timer_1_s: int = _setting(
        30, "gap", "First transaction of pairing. What timers 1 to 4 and X span is not public."
    )
    pairing_timer_2_s: int = _setting(
        60, "gap", "From the first transaction to the second: the device makes its key pair."
    )
    pairing_timer_3_s: int = _setting(30, "gap", "Second transaction of pairing.")
    pairing_timer_4_s: int = _setting(15, "gap", "One command of pairing and its answer.")
    pairing_timer_x_s: int = _setting(
        120, "gap", "All of pairing, from the first SELECT to its end.", most=0xFFFF
    )
