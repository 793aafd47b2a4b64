"""What the elements of CORE_GET_CAPS_INFO mean (facts 1.5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from drivers.api.uwb import Hopping
from drivers.uwb.uci.errors import BadField
from drivers.uwb.uci.profiles import CHAPS_BITS, Profile
from drivers.uwb.uci.tlv import Tlv

FIRA2_TAGS = {
    0x00: "max_message",
    0x01: "max_data",
    0x02: "phy_version",
    0x03: "mac_version",
    0x04: "device_types",
    0x05: "device_roles",
    0x06: "ranging_methods",
    0x07: "sts_configs",
    0x08: "multi_node_modes",
    0x09: "ranging_time_structures",
    0x0A: "schedule_modes",
    0x0B: "hopping",
    0x0C: "block_striding",
    0x0D: "initiation_time",
    0x0E: "channels",
    0x0F: "rframe_configs",
    0x10: "cc_constraint_length",
    0x11: "bprf_sets",
    0x12: "hprf_sets",
    0x13: "angle_of_arrival",
    0x14: "extended_mac",
    0x15: "suspend_ranging",
    0x16: "session_key_length",
    0x17: "dt_anchor_rounds",
    0x18: "dt_tag_rounds",
    0x19: "dt_tag_block_skipping",
}
"""FiRa 2's numbering. FiRa 1 numbers otherwise, from 00 = PHY version; it is not decoded."""

T = TypeVar("T")
_CHANNEL_BITS = {5: 0x01, 9: 0x02}
_HOP_BITS = {  # all of them: sequence and kind
    Hopping.NONE: 0x10,
    Hopping.CONTINUOUS: 0x08 | 0x02,
    Hopping.ADAPTIVE: 0x04 | 0x02,
    Hopping.CONTINUOUS_AES: 0x08 | 0x01,
    Hopping.ADAPTIVE_AES: 0x04 | 0x01,
}


@dataclass(frozen=True, slots=True)
class CccCapabilities:
    """What a device can do in CCC sessions; empty where it does not say."""

    chaps_per_slot: frozenset[int] = frozenset()
    sync_codes: frozenset[int] = frozenset()
    hop_modes: frozenset[Hopping] = frozenset()
    channels: frozenset[int] = frozenset()
    versions: tuple[int, ...] = ()
    configs: tuple[int, ...] = ()
    pulse_combos: tuple[int, ...] = ()
    least_ran_multiplier: int | None = None
    max_sessions: int | None = None


def fira_capabilities(elements: Iterable[Tlv], profile: Profile) -> Mapping[str, bytes]:
    """FiRa 2's capabilities by name, the values as they came; nothing of a FiRa 1 device."""
    if profile.numbering != "fira2":
        return {}
    return {FIRA2_TAGS[e.tag]: e.value for e in elements if e.tag in FIRA2_TAGS}


def ccc_capabilities(elements: Iterable[Tlv], profile: Profile) -> CccCapabilities:
    """CCC's capabilities, tags A0 to A8. Raises BadField for an element of the wrong size."""
    by_tag = {element.tag: element.value for element in elements}
    codes = int.from_bytes(by_tag.get(0xA1, b""), profile.sync_code_order)
    least, sessions = by_tag.get(0xA7), by_tag.get(0xA8)
    return CccCapabilities(
        chaps_per_slot=_set_bits(_octet(by_tag.get(0xA0, b"\0")), CHAPS_BITS)
        - {profile.test_only_chaps},
        sync_codes=frozenset(bit + 1 for bit in range(32) if codes >> bit & 1),
        hop_modes=_set_bits(_octet(by_tag.get(0xA2, b"\0")), _HOP_BITS),
        channels=_set_bits(_octet(by_tag.get(0xA3, b"\0")), _CHANNEL_BITS),
        versions=_numbers(by_tag.get(0xA4, b""), profile),
        configs=tuple(by_tag.get(0xA5, b"")),
        pulse_combos=tuple(by_tag.get(0xA6, b"")),
        least_ran_multiplier=None if least is None else _octet(least),
        max_sessions=None if sessions is None else _octet(sessions),
    )


def _octet(value: bytes) -> int:
    if len(value) != 1:
        raise BadField(f"a capability of {len(value)} octets where 1 belongs")
    return value[0]


def _numbers(value: bytes, profile: Profile) -> tuple[int, ...]:
    if len(value) % 2:
        raise BadField(f"versions in {len(value)} octets")
    pairs = (value[at : at + 2] for at in range(0, len(value), 2))
    return tuple(int.from_bytes(pair, profile.version_order) for pair in pairs)


def _set_bits(value: int, bits: Mapping[T, int]) -> frozenset[T]:
    return frozenset(one for one, mask in bits.items() if value & mask == mask)
