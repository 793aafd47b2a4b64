"""Service 0xFFF5: what a phone reads before it opens a channel (facts 5.1)."""

from __future__ import annotations

import struct
from collections.abc import Callable

from bumble.att import Attribute, AttributeValue
from bumble.core import UUID
from bumble.gatt import Characteristic, Service

from drivers.api.ble import KeyService

SERVICE = UUID.from_16_bits(0xFFF5)
SPSM = UUID("D3B5A130-9E23-4B3A-8BE4-6B1EE5F980A3")
TX_POWER = UUID.from_16_bits(0x2A07)
ANTENNA_ID = UUID("C6D7D4A1-E2B0-4E95-B576-DF983D1A5D9F")


def key_service(offered: Callable[[], KeyService]) -> Service:
    """The service, whose values are those offered at the time of reading. All are plain to read.

    The antenna id's octet order is not public; it is big endian here, as the SPSM's is.
    """
    return Service(
        SERVICE,
        [
            _readable(SPSM, lambda: struct.pack(">H", offered().spsm)),
            _readable(TX_POWER, lambda: struct.pack("b", offered().tx_power_dbm)),
            _readable(ANTENNA_ID, lambda: struct.pack(">H", offered().antenna_id)),
        ],
    )


def _readable(uuid: UUID, value: Callable[[], bytes]) -> Characteristic[bytes]:
    return Characteristic(
        uuid,
        Characteristic.Properties.READ,
        Attribute.READABLE,
        AttributeValue[bytes](read=lambda _connection: value()),
    )
