"""Group CORE: reset, status, who the device is, its configuration, its clock (facts 1.3)."""

from __future__ import annotations

from typing import Annotated

from drivers.uwb.uci.fields import U8, U64, Fixed, Numbers, Rest, Sized
from drivers.uwb.uci.opcodes import Answer, Group, Message, command, notification, response
from drivers.uwb.uci.records import Many, Record, record
from drivers.uwb.uci.tlv import NxpTagStatus, NxpTlv, TagStatus, Tlv


@command(Group.CORE, 0x00)
class DeviceReset(Message):
    """CORE_DEVICE_RESET_CMD; the octet may not be left out (facts 1.3)."""

    reset_config: U8 = 0


@response(Group.CORE, 0x00)
class DeviceResetAnswer(Answer):
    """CORE_DEVICE_RESET_RSP."""

    status: U8


@notification(Group.CORE, 0x01)
class DeviceStatus(Message):
    """CORE_DEVICE_STATUS_NTF; a ``codes.DeviceState``."""

    state: U8


@record
class Version(Record):
    """Major in the first octet, then minor and maintenance in a nibble each (facts 1.3)."""

    major: U8
    minor_maintenance: U8

    def __str__(self) -> str:
        return f"{self.major}.{self.minor_maintenance >> 4}.{self.minor_maintenance & 0xF}"


@command(Group.CORE, 0x02)
class GetDeviceInfo(Message):
    """CORE_GET_DEVICE_INFO_CMD."""


@response(Group.CORE, 0x02)
class DeviceInfo(Answer):
    """CORE_GET_DEVICE_INFO_RSP; versions as two octets each, see ``version``."""

    status: U8
    uci: Annotated[bytes, Fixed("2s")]
    mac: Annotated[bytes, Fixed("2s")]
    phy: Annotated[bytes, Fixed("2s")]
    uci_test: Annotated[bytes, Fixed("2s")]
    vendor: Annotated[bytes, Sized()]

    def version(self, of: str) -> str:
        """The version of ``uci``, ``mac``, ``phy`` or ``uci_test``, such as "2.0.0"."""
        return str(Version.decode(getattr(self, of)))


@command(Group.CORE, 0x03)
class GetCapabilities(Message):
    """CORE_GET_CAPS_INFO_CMD."""


@response(Group.CORE, 0x03)
class Capabilities(Answer):
    """CORE_GET_CAPS_INFO_RSP; ``capabilities`` gives the elements their meaning."""

    status: U8
    elements: Annotated[tuple[Tlv, ...], Many()]


@command(Group.CORE, 0x04)
class SetConfig(Message):
    """CORE_SET_CONFIG_CMD: 0 is the device state (read only), 1 the low power mode."""

    elements: Annotated[tuple[Tlv, ...], Many()]


@response(Group.CORE, 0x04)
class SetConfigAnswer(Answer):
    """CORE_SET_CONFIG_RSP."""

    status: U8
    elements: Annotated[tuple[TagStatus, ...], Many()]


@command(Group.CORE, 0x05)
class GetConfig(Message):
    """CORE_GET_CONFIG_CMD; the tags wanted."""

    tags: Annotated[tuple[int, ...], Numbers()]


@response(Group.CORE, 0x05)
class GetConfigAnswer(Answer):
    """CORE_GET_CONFIG_RSP."""

    status: U8
    elements: Annotated[tuple[Tlv, ...], Many()]


@command(Group.CORE, 0x04, vendor="nxp")
class NxpSetConfig(Message):
    """CORE_SET_CONFIG_CMD with NXP's tags 0xE4xx."""

    elements: Annotated[tuple[NxpTlv, ...], Many()]


@response(Group.CORE, 0x04, vendor="nxp")
class NxpSetConfigAnswer(Answer):
    """CORE_SET_CONFIG_RSP with NXP's tags."""

    status: U8
    elements: Annotated[tuple[NxpTagStatus, ...], Many()]


@response(Group.CORE, 0x05, vendor="nxp")
class NxpGetConfigAnswer(Answer):
    """CORE_GET_CONFIG_RSP with NXP's tags."""

    status: U8
    elements: Annotated[tuple[NxpTlv, ...], Many()]


@command(Group.CORE, 0x06)
class DeviceSuspend(Message):
    """CORE_DEVICE_SUSPEND_CMD; what it carries is not public, so nothing is assumed (facts 1.3)."""

    body: Annotated[bytes, Rest()] = b""


@response(Group.CORE, 0x06)
class DeviceSuspendAnswer(Answer):
    """CORE_DEVICE_SUSPEND_RSP; begins with a status as all do [I]."""

    status: U8


@notification(Group.CORE, 0x07)
class GenericError(Message):
    """CORE_GENERIC_ERROR_NTF; NXP asks for a repeated command with it (facts 1.4)."""

    status: U8


@command(Group.CORE, 0x08)
class QueryTimestamp(Message):
    """CORE_QUERY_UWBS_TIMESTAMP_CMD."""


@response(Group.CORE, 0x08)
class Timestamp(Answer):
    """CORE_QUERY_UWBS_TIMESTAMP_RSP; in microseconds [I] (facts 1.3)."""

    status: U8
    time_us: U64
