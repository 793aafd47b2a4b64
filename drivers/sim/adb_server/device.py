"""The virtual adb server as a device of a bench."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Literal

from drivers.api.adb import AdbListener
from drivers.api.device import Device, Identity
from drivers.api.errors import ActionRefused, DriverError
from drivers.sim.adb_server.shell import SDK, Shell, refused
from drivers.sim.adb_server.smart_socket import (
    EXIT,
    FEATURES,
    STDOUT,
    VERSION,
    HungUp,
    fail,
    okay,
    packet,
    request,
)
from drivers.sim.phone import VirtualPhone

Spoil = Callable[[bytes], bytes]
State = Literal["device", "unauthorized", "offline", "recovery", "no permissions"]


class VirtualAdbServer(Device, AdbListener):
    """Speaks adb on a TCP address of this machine, with a virtual phone on its cable.

    ``android`` is its version, 10 to 15, ``pin`` that of its lock screen, ``apps`` packages and
    their versions, ``others`` serial numbers and states of phones that are plugged in besides.
    ``state`` may be set at any time, and the phone pulled out by ``plugged``; one that is off is
    not there either. ``spoil`` is applied to what the phone sends; ``mute`` takes
    connections and says nothing; without ``shell_v2`` it is an old one.
    """

    def __init__(  # noqa: PLR0913 - the options of a bench file
        self,
        phone: VirtualPhone,
        serial: str,
        android: int = 15,
        pin: str = "4711",
        *,
        apps: dict[str, str] | None = None,
        others: dict[str, str] | None = None,
        port: int = 0,
    ) -> None:
        """Raises DriverError for an Android that is not known."""
        if android not in SDK:
            raise DriverError(f"Android {android}; known: {', '.join(map(str, SDK))}")
        self._phone, self._serial, self._others = phone, serial, dict(others or {})
        self.shell = Shell(phone, android, pin, dict(apps or {}))
        self.state: State = "device"
        self.plugged, self.mute, self.shell_v2 = True, False, True
        self.spoil: Spoil | None = None
        self._serving: dict[threading.Thread, socket.socket] = {}
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", port))
        self._port: int = self._listener.getsockname()[1]
        self._closed = False
        self._thread = threading.Thread(target=self._accept, name="adb server", daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._port}"

    def identity(self) -> Identity:
        return Identity("Digital Key Rig", "virtual adb server", self._serial, str(VERSION))

    def close(self) -> None:
        """Stop listening and hang up."""
        self._closed = True
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listener.close()
        with self._lock:
            serving = tuple(self._serving.items())
        for thread, peer in serving:
            with suppress(OSError):
                peer.shutdown(socket.SHUT_RDWR)
            thread.join()

    def _accept(self) -> None:
        while not self._closed:
            try:
                peer, _ = self._listener.accept()
            except OSError:
                return  # closed meanwhile
            thread = threading.Thread(target=self._serve, args=(peer,), name="adb", daemon=True)
            with self._lock:
                self._serving[thread] = peer
            thread.start()

    def _serve(self, peer: socket.socket) -> None:
        with peer, suppress(HungUp, OSError):
            self._answer(peer, request(peer))
        with self._lock:
            self._serving.pop(threading.current_thread(), None)

    def _answer(self, peer: socket.socket, asked: str) -> None:
        """Answer a request, and the one behind it where it only chooses a phone."""
        if self.mute:
            request(peer)  # which never comes
        service = asked.removeprefix("host:").removeprefix(f"host-serial:{self._serial}:")
        match service:
            case "version":
                peer.sendall(okay(f"{VERSION:04x}"))
            case "devices" | "devices-l":
                peer.sendall(okay(self._listed(long=service == "devices-l")))
            case "features" if not self._fault():
                known = FEATURES if self.shell_v2 else FEATURES.replace("shell_v2,", "")
                peer.sendall(okay(known))
            case "get-state" if not self._fault():
                peer.sendall(okay(self.state))
            case _ if service.startswith(("transport:", "tport:serial:")):
                self._transport(peer, service)
            case _:
                peer.sendall(fail(self._fault() or f"unknown host service '{service}'"))

    def _transport(self, peer: socket.socket, service: str) -> None:
        serial = service.removeprefix("tport:serial:").removeprefix("transport:")
        if fault := self._fault(serial):
            peer.sendall(fail(fault))
            return
        number = (1).to_bytes(8, "little") if service.startswith("tport:") else b""
        peer.sendall(okay() + number)
        self._run(peer, request(peer))

    def _run(self, peer: socket.socket, asked: str) -> None:
        """A service of the phone: its shell, with packets or without."""
        service, _, line = asked.partition(":")
        name, *options = service.split(",")
        if name != "shell" or ("v2" in options and not self.shell_v2):
            peer.sendall(fail("closed"))
            return
        peer.sendall(okay())
        try:
            status, output = self.shell.execute(line)
        except ActionRefused as exc:
            status, output = refused(exc)
        data = output.encode()
        if "v2" in options:
            data = packet(STDOUT, data) + packet(EXIT, bytes((status,)))
        peer.sendall(data if self.spoil is None else self.spoil(data))

    def _listed(self, *, long: bool) -> str:
        phones = dict(self._others)
        if self._is_there:
            phones[self._serial] = self.state
        more = " product:rig model:Rig device:rig transport_id:1" if long else ""
        gap = "  " if long else "\t"
        return "".join(f"{serial}{gap}{state}{more}\n" for serial, state in phones.items())

    @property
    def _is_there(self) -> bool:
        return self.plugged and self._phone.battery.running

    def _fault(self, serial: str | None = None) -> str:
        """Why the phone cannot be talked to; "" when it can."""
        if serial not in (None, self._serial) or not self._is_there:
            return f"device '{serial or self._serial}' not found"
        if self.state == "unauthorized":
            return "device unauthorized.\nThis adb server's $ADB_VENDOR_KEYS is not set"
        return "" if self.state == "device" else f"device {self.state}"
