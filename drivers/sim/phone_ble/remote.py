"""The buttons beside a key in the wallet: remote functions over Bluetooth LE (RKE, facts 5.2)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from drivers.api.errors import ActionRefused
from drivers.api.event_loop import LoopThread
from drivers.api.phone_controls import RemoteFunction, RemoteKey
from rig.digital_key import ble_messages as dk

ANSWER_S = 10.0  # how long the phone shows that it waits
_LOCKING = dk.RemoteFunction.CENTRAL_LOCKING
CODES: Mapping[RemoteFunction, tuple[int, int]] = {
    RemoteFunction.LOCK: (_LOCKING, dk.LOCK),
    RemoteFunction.UNLOCK: (_LOCKING, dk.UNLOCK),
    RemoteFunction.TRUNK: (dk.RemoteFunction.TRUNK, dk.TRUNK_OPEN),
    RemoteFunction.WINDOWS_CLOSE: (dk.RemoteFunction.WINDOWS, dk.WINDOWS_CLOSE),
    RemoteFunction.WINDOWS_OPEN: (dk.RemoteFunction.WINDOWS, dk.WINDOWS_OPEN),
}
_SHOWN: Mapping[int, str] = {
    dk.RemoteStatus.NOT_POSSIBLE: "not possible now",
    dk.RemoteStatus.AUTHENTICATION_ERROR: "the vehicle does not accept this key",
    dk.RemoteStatus.DEVICE_TIMEOUT: "no answer in time",
    dk.RemoteStatus.OUT_OF_RANGE: "out of range",
}


class Press:
    """One press of a button, until the vehicle has said what came of it."""

    def __init__(self, function: RemoteFunction) -> None:
        self._codes = CODES[function]
        self._proved = False
        self.result: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @property
    def done(self) -> bool:
        """Whether it is known how it ended."""
        return self.result.done()

    def request(self) -> dk.Event:
        """What is asked for."""
        return dk.remote_request(*self._codes)

    def signed_data(self, challenge: bytes) -> bytes | None:
        """What the device key signs; None the second time, and when it is over."""
        if self._proved or self.done:
            return None
        self._proved = True
        return dk.remote_signed_data(challenge, *self._codes)

    def hear(self, function: int, action: int, status: int) -> None:
        """A Vehicle_Status_Change; it may speak of something else."""
        if (function, action) != self._codes or status == dk.RemoteStatus.STARTED:
            return
        if status != dk.RemoteStatus.OK:
            self.fail(_SHOWN.get(status, f"refused ({status:02X})"))
        elif not self.done:
            self.result.set_result(None)

    def fail(self, reason: str) -> None:
        """Nothing comes of it."""
        if not self.done:
            self.result.set_exception(ActionRefused(reason))


class VirtualRemote(RemoteKey):
    """``connected`` tells whether a vehicle is; ``press`` presses in the air's thread."""

    def __init__(
        self,
        loop: LoopThread,
        connected: Callable[[bytes], bool],
        press: Callable[[bytes, RemoteFunction], Awaitable[None]],
    ) -> None:
        self._loop, self._connected, self._press = loop, connected, press

    def offered(self, vehicle: bytes) -> tuple[RemoteFunction, ...]:
        return tuple(RemoteFunction) if self._connected(vehicle) else ()

    def ask(self, vehicle: bytes, function: RemoteFunction) -> None:
        async def pressed() -> None:
            try:
                await asyncio.wait_for(self._press(vehicle, function), ANSWER_S)
            except TimeoutError:
                raise ActionRefused("no answer from the vehicle") from None

        self._loop.call(pressed(), ANSWER_S * 2, "pressing a button")
