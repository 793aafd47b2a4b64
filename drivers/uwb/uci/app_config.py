"""The parameters of a session: tags and widths of SESSION_SET_APP_CONFIG (facts 1.5).

A ``Param`` is what is meant; the profile says under which tag and in how many octets it travels,
because vendors differ (C3).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum, auto

from drivers.uwb.uci.errors import BadField
from drivers.uwb.uci.tlv import Tlv


class Param(Enum):
    """A parameter by its meaning."""

    DEVICE_TYPE = auto()
    RANGING_ROUND_USAGE = auto()
    STS_CONFIG = auto()
    MULTI_NODE_MODE = auto()
    CHANNEL = auto()
    NUMBER_OF_CONTROLEES = auto()
    DEVICE_ADDRESS = auto()
    PEER_ADDRESSES = auto()
    SLOT_DURATION_RSTU = auto()
    RANGING_INTERVAL_MS = auto()
    STS_INDEX = auto()
    FCS_TYPE = auto()
    ROUND_CONTROL = auto()
    ANGLE_REPORT = auto()
    INFO_NOTIFICATION = auto()
    NEAR_CM = auto()
    FAR_CM = auto()
    DEVICE_ROLE = auto()
    RFRAME_CONFIG = auto()
    RSSI_REPORT = auto()
    PREAMBLE_CODE = auto()
    SFD_ID = auto()
    SLOTS_PER_ROUND = auto()
    RESPONDER_SLOT_INDEX = auto()
    SCHEDULE_MODE = auto()
    MAC_ADDRESS_MODE = auto()
    VENDOR_ID = auto()
    STATIC_STS_IV = auto()
    MAX_ROUND_RETRIES = auto()
    INITIATION_TIME = auto()
    HOPPING_MODE = auto()
    BLOCK_STRIDE = auto()
    RESULT_REPORT = auto()
    MAX_MEASUREMENTS = auto()
    STS_LENGTH = auto()
    SESSION_KEY = auto()
    HOP_MODE_KEY = auto()
    CCC_TIME0_US = auto()
    CCC_PROTOCOL_VERSION = auto()
    CCC_CONFIG_ID = auto()
    CCC_PULSE_COMBO = auto()
    URSK_TTL_MIN = auto()
    RESPONDER_LISTEN_ONLY = auto()
    LAST_STS_INDEX = auto()
    URSK = auto()
    CCC_QUIRKS = auto()


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a parameter travels: its tag and its sizes in octets.

    Numbers are little-endian in the first size. ``each``: any multiple of a size. ``lead``: octets
    before the value that are not part of it.
    """

    tag: int
    sizes: tuple[int, ...] = (1,)
    each: bool = False
    lead: bytes = b""

    def element(self, value: int | bytes) -> Tlv:
        """The parameter as it travels. Raises BadField for a value that does not fit."""
        if isinstance(value, int):
            try:
                value = value.to_bytes(self.sizes[0], "little")
            except OverflowError as exc:
                said = f"tag {self.tag:02X}: no number of {self.sizes[0]} octets"
                raise BadField(said) from exc
        self._check(value)
        return Tlv(self.tag, self.lead + value)

    def value(self, data: bytes) -> bytes:
        """What an element holds. Raises BadField for a wrong size."""
        if not data.startswith(self.lead):
            raise BadField(f"tag {self.tag:02X} does not begin with {self.lead.hex()}")
        value = data[len(self.lead) :]
        self._check(value)
        return value

    def _check(self, value: bytes) -> None:
        size = len(value)
        if self.each and size and any(size % one == 0 for one in self.sizes):
            return
        if self.each or size not in self.sizes:
            allowed = " or ".join(map(str, self.sizes))
            raise BadField(f"tag {self.tag:02X}: {size} octets, not {allowed}")


SLOTS: Mapping[Param, Slot] = {
    Param.DEVICE_TYPE: Slot(0x00),  # 0 controlee, 1 controller
    Param.RANGING_ROUND_USAGE: Slot(0x01),  # 2: double-sided, deferred
    Param.STS_CONFIG: Slot(0x02),  # 0 static, 1 dynamic
    Param.MULTI_NODE_MODE: Slot(0x03),  # 0 unicast, 1 one to many
    Param.CHANNEL: Slot(0x04),
    Param.NUMBER_OF_CONTROLEES: Slot(0x05),
    Param.DEVICE_ADDRESS: Slot(0x06, (2, 8)),
    Param.PEER_ADDRESSES: Slot(0x07, (2, 8), each=True),
    Param.SLOT_DURATION_RSTU: Slot(0x08, (2,)),  # 1200 make a millisecond
    Param.RANGING_INTERVAL_MS: Slot(0x09, (4,)),
    Param.STS_INDEX: Slot(0x0A, (4,)),
    Param.FCS_TYPE: Slot(0x0B),
    Param.ROUND_CONTROL: Slot(0x0C),
    Param.ANGLE_REPORT: Slot(0x0D),
    Param.INFO_NOTIFICATION: Slot(0x0E),  # 0 off, 1 always
    Param.NEAR_CM: Slot(0x0F, (2,)),
    Param.FAR_CM: Slot(0x10, (2,)),
    Param.DEVICE_ROLE: Slot(0x11),  # 0 responder, 1 initiator
    Param.RFRAME_CONFIG: Slot(0x12),
    Param.RSSI_REPORT: Slot(0x13),
    Param.PREAMBLE_CODE: Slot(0x14),
    Param.SFD_ID: Slot(0x15),
    Param.SLOTS_PER_ROUND: Slot(0x1B),
    Param.RESPONDER_SLOT_INDEX: Slot(0x1E),
    Param.SCHEDULE_MODE: Slot(0x22),  # 1 time-scheduled
    Param.MAC_ADDRESS_MODE: Slot(0x26),  # 0 short, 2 extended
    Param.VENDOR_ID: Slot(0x27, (2,)),
    Param.STATIC_STS_IV: Slot(0x28, (6,)),
    Param.MAX_ROUND_RETRIES: Slot(0x2A, (2,)),
    Param.INITIATION_TIME: Slot(0x2B, (8, 4)),
    Param.HOPPING_MODE: Slot(0x2C),
    Param.BLOCK_STRIDE: Slot(0x2D),
    Param.RESULT_REPORT: Slot(0x2E),
    Param.MAX_MEASUREMENTS: Slot(0x32, (2,)),
    Param.STS_LENGTH: Slot(0x35),
    Param.SESSION_KEY: Slot(0x45, (16, 32)),
    Param.HOP_MODE_KEY: Slot(0xA0, (16,)),
    Param.CCC_TIME0_US: Slot(0xA1, (8,)),
    Param.CCC_PROTOCOL_VERSION: Slot(0xA3, (2,)),
    Param.CCC_CONFIG_ID: Slot(0xA4, (2,)),
    Param.CCC_PULSE_COMBO: Slot(0xA5),
    Param.URSK_TTL_MIN: Slot(0xA6, (2,)),
    Param.RESPONDER_LISTEN_ONLY: Slot(0xA7),
    Param.LAST_STS_INDEX: Slot(0xA8, (4,)),
    Param.URSK: Slot(0xAA, (32,)),
}
"""Where parameters travel unless a profile says otherwise (facts 1.5)."""

Slots = Mapping[Param, Slot]
Values = Mapping[Param, "int | bytes"]


def elements_of(values: Values, slots: Slots) -> tuple[Tlv, ...]:
    """Parameters as elements, in the order given. Raises BadField."""
    out = []
    for param, value in values.items():
        slot = slots.get(param)
        if slot is None:
            raise BadField(f"this device has no {param.name}")
        out.append(slot.element(value))
    return tuple(out)


def values_of(elements: Iterable[Tlv], slots: Slots) -> tuple[dict[Param, bytes], tuple[Tlv, ...]]:
    """What elements mean, and those nobody knows. Raises BadField for a wrong size or a second."""
    by_tag = {slot.tag: param for param, slot in slots.items()}
    known: dict[Param, bytes] = {}
    unknown = []
    for element in elements:
        param = by_tag.get(element.tag)
        if param is None:
            unknown.append(element)
        elif param in known:
            raise BadField(f"tag {element.tag:02X} comes twice")
        else:
            known[param] = slots[param].value(element.value)
    return known, tuple(unknown)
