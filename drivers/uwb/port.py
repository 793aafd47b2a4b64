"""A UWB chip's bytes over TCP."""

from __future__ import annotations

import select
import socket

from drivers.api.errors import DeviceNotFound, ErrorTable, LinkLost, LinkTimeout, translated
from drivers.api.uwb import UciPort

_CHUNK = 65536
_UNREAD = 16384  # octets that may wait; the kernel grants about twice as many
_ERRORS: ErrorTable = {
    TimeoutError: LinkTimeout,
    OSError: LinkLost,
    ValueError: LinkLost,  # select on a socket that was closed meanwhile
}


class TcpPort(UciPort):
    """UCI over TCP, as google/pica speaks it (facts 3). Raises DeviceNotFound on opening."""

    def __init__(self, address: str, timeout_s: float = 2.0) -> None:
        host, _, port = address.rpartition(":")
        if not host or not port.isdigit():
            raise DeviceNotFound("an address is HOST:PORT", device=address)
        self._who = address
        with translated({OSError: DeviceNotFound}, "connecting", device=address):
            self._socket = socket.create_connection((host.strip("[]"), int(port)), timeout_s)
            # Commands are small and each waits for its answer: no coalescing.
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            # An answer waits behind all that was not read: no more than the host reads in a blink.
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _UNREAD)

    def read(self, timeout_s: float) -> bytes:
        with translated(_ERRORS, "reading", device=self._who):
            readable, _, _ = select.select([self._socket], [], [], timeout_s)
            data = self._socket.recv(_CHUNK) if readable else None
        if data == b"":
            raise LinkLost("the other side has closed the connection", device=self._who)
        return data or b""

    def write(self, data: bytes) -> None:
        with translated(_ERRORS, "sending", device=self._who):
            self._socket.sendall(data)

    def close(self) -> None:
        try:
            self._socket.shutdown(socket.SHUT_RDWR)  # which ends a read that waits
        except OSError:
            return  # closed already, or by the other side
        finally:
            self._socket.close()
