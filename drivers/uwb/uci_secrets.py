"""Which octets of UCI messages are secret: the keys of sessions, and what nobody here can read.

What is open is listed, never what is secret: an element or a message that is not known is
overwritten.
"""

from __future__ import annotations

from drivers.uwb.uci.app_config import Param
from drivers.uwb.uci.core import GetConfigAnswer, SetConfig
from drivers.uwb.uci.messages import claimed_by
from drivers.uwb.uci.opcodes import Opcode
from drivers.uwb.uci.profiles import Profile
from drivers.uwb.uci.session import GetAppConfigAnswer, SetAppConfig, UpdateMulticastList

KEYS = frozenset({Param.STATIC_STS_IV, Param.SESSION_KEY, Param.HOP_MODE_KEY, Param.URSK})
_TOKEN = 4  # octets
_STATUS = 1
_ACTION = 5  # octets up to the action on the list of controlees, and their number
_KEYED = 2  # the first action that brings keys


class UciSecrets:
    """What is secret on the line of a device with this profile."""

    def __init__(self, profile: Profile) -> None:
        self._open_tags = frozenset(
            slot.tag for param, slot in profile.slots.items() if param not in KEYS
        )
        self._open = claimed_by(profile.vendor) - {
            SetAppConfig.opcode,
            GetAppConfigAnswer.opcode,
            UpdateMulticastList.opcode,
            SetConfig.opcode,  # mostly its maker's own
            GetConfigAnswer.opcode,
        }

    def is_open(self, opcode: Opcode) -> bool:
        """Whether such messages hold no secret, so that any part of one may be kept."""
        return opcode in self._open

    def masked(self, opcode: Opcode, payload: bytes) -> tuple[bytes, str]:
        """A whole payload with what is secret overwritten, and what that was."""
        if self.is_open(opcode):
            return payload, ""
        if opcode == SetAppConfig.opcode:
            return self._elements(payload, _TOKEN)
        if opcode == GetAppConfigAnswer.opcode:
            return self._elements(payload, _STATUS)
        if opcode == UpdateMulticastList.opcode:
            return _controlees(payload)
        return bytes(len(payload)), "message that may hold anything" if payload else ""

    def _elements(self, payload: bytes, at: int) -> tuple[bytes, str]:
        """``at``: where the number of elements stands."""
        kept, told = bytearray(payload), []
        at += 1
        while at < len(payload):
            tag, size = payload[at], payload[at + 1] if at + 1 < len(payload) else 0
            value = payload[at + 2 : at + 2 + size]
            if tag not in self._open_tags:
                kept[at + 2 : at + 2 + size] = bytes(len(value))
                told.append(f"{tag:02X}")
            at += 2 + size
        return bytes(kept), f"value of tag {', '.join(told)}" if told else ""


def _controlees(payload: bytes) -> tuple[bytes, str]:
    keyed = len(payload) < _ACTION or payload[_ACTION - 1] >= _KEYED
    if not keyed:
        return payload, ""
    head = payload[: _ACTION + 1]
    return head + bytes(len(payload) - len(head)), "keys of controlees"
