"""What the vehicle advertises, and that it goes on after a connection (facts 5.1)."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from bumble import hci
from bumble.core import AdvertisingData
from bumble.device import Device

from drivers.api.ble import Advert
from drivers.ble.gatt import SERVICE

_MOST = 31  # octets of a legacy advertisement


def advertising_data(advert: Advert) -> bytes:
    """The AdvData: none for passive entry, else the service and its data.

    Raises ValueError when they are too long.
    """
    if not advert.service_data:
        return b""
    data = AdvertisingData(
        [
            (AdvertisingData.COMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS, SERVICE.to_bytes()),
            (AdvertisingData.SERVICE_DATA_128_BIT_UUID, advert.service_data),
        ]
    )
    octets = bytes(data)
    if len(octets) > _MOST:
        raise ValueError(f"an advert of {len(octets)} octets: at most {_MOST}")
    return octets


class Advertiser:
    """Keeps a controller advertising what is wanted. In the radio's own thread."""

    def __init__(self, device: Device) -> None:
        self._device = device
        self._wanted: Advert | None = None
        self._lacking = False  # what is wanted could not be started
        self._lock = asyncio.Lock()

    async def want(self, advert: Advert | None) -> None:
        """Advertise this from now on; None: nothing. Raises what the controller says."""
        if advert is not None:
            advertising_data(advert)
        self._wanted = advert
        async with self._lock:
            await self._start()

    async def renew(self) -> None:
        """Go on after a connection, which has ended the advertising that led to it.

        A controller that has no room for one more link refuses; see ``retry``.
        """
        async with self._lock:
            await self._start_again()

    async def retry(self) -> None:
        """Start after the end of a link what was refused while it stood.

        What runs, or is being started, is left alone: a phone that has just heard it may be about
        to connect, and a vehicle that stops for a moment would miss that.
        """
        async with self._lock:
            if self._lacking:
                await self._start_again()

    async def _start_again(self) -> None:
        if self._wanted is not None:
            with suppress(hci.HCI_Error):
                await self._start()

    async def _start(self) -> None:
        await self._device.stop_advertising()
        self._lacking = self._wanted is not None
        if (advert := self._wanted) is None:
            return
        await self._device.start_advertising(
            own_address_type=hci.OwnAddressType.RANDOM,
            advertising_data=advertising_data(advert),
            scan_response_data=b"",
            advertising_interval_min=advert.interval_ms,
            advertising_interval_max=advert.interval_ms,
        )
        self._lacking = False
